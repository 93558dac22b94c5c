import type { Message } from '@anthropic-ai/sdk/resources/messages';
import { toMessageOutcome } from './to-message-outcome';

const ran = (body: unknown, statusCode = 200) => ({
  itemId: 'r0000000-abcd1234',
  response: { statusCode, requestId: 'req_1', body: Buffer.from(JSON.stringify(body)) },
  error: null,
});
const completion = (message: object, more: object = {}) => ({
  id: 'chatcmpl-1',
  model: 'gpt-4o-mini',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop' }],
  ...more,
});
const bodyOf = (outcome: ReturnType<typeof toMessageOutcome>) => JSON.parse(String(outcome.response?.body)) as unknown;
const call = (json: string) => ({ id: 'call_1', type: 'function', function: { name: 'look_up', arguments: json } });

describe('toMessageOutcome', () => {
  it('makes a message that is one by the vendor’s own types', () => {
    const usage = { prompt_tokens: 9, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 4 } };
    const wanted: Message = {
      id: 'msg_chatcmpl-1',
      type: 'message',
      role: 'assistant',
      model: 'gpt-4o-mini',
      content: [{ type: 'text', text: 'hi', citations: null }],
      container: null,
      stop_reason: 'end_turn',
      stop_sequence: null,
      stop_details: null,
      diagnostics: null,
      usage: {
        input_tokens: 5,
        cache_creation: null,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 4,
        output_tokens: 3,
        output_tokens_details: null,
        server_tool_use: null,
        service_tier: null,
        inference_geo: null,
        speed: null,
      },
    };
    const outcome = toMessageOutcome(ran(completion({ content: 'hi' }, { usage })));
    expect([outcome.error, bodyOf(outcome)]).toEqual([null, wanted]);
  });

  it.each<[string, object, object]>([
    ['no text', { content: null }, { content: [], stop_reason: 'end_turn' }],
    ['a refusal', { content: null, refusal: 'No.' }, { content: [{ text: 'No.' }], stop_reason: 'refusal' }],
    [
      'a call, ended as any other',
      { tool_calls: [call('{"a":1}')] },
      { content: [{ input: { a: 1 } }], stop_reason: 'tool_use' },
    ],
    ['a call with nothing', { tool_calls: [call('')] }, { content: [{ type: 'tool_use', input: {} }] }],
    [
      'content in parts',
      {
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
          { type: 'text', text: 'Yes.' },
        ],
      },
      {
        content: [
          { type: 'thinking', thinking: 'Hm.' },
          { type: 'text', text: 'Yes.' },
        ],
      },
    ],
    ['nothing else', { content: 'x', images: [], audio: null, function_call: null }, { content: [{ text: 'x' }] }],
    ['thoughts under their other name', { content: 'x', reasoning: 'Hm.' }, { content: [{ thinking: 'Hm.' }, {}] }],
  ])('translates %s', (_, message, wanted) => {
    expect(bodyOf(toMessageOutcome(ran(completion(message))))).toMatchObject(wanted);
  });

  it.each<[string | null, string, string]>([
    ['stop', 'end_turn', 'tool_use'],
    ['eos', 'end_turn', 'tool_use'],
    ['length', 'max_tokens', 'max_tokens'],
    ['model_length', 'model_context_window_exceeded', 'model_context_window_exceeded'],
    ['content_filter', 'refusal', 'refusal'],
    ['a word of its own', 'end_turn', 'tool_use'],
    [null, 'end_turn', 'tool_use'],
  ])('tells the end of %s as %s, and as %s where there are calls', (finish, alone, called) => {
    const reasonOf = (message: object) => {
      const choices = [{ message, finish_reason: finish }];
      return (bodyOf(toMessageOutcome(ran(completion({}, { choices })))) as Message).stop_reason;
    };
    expect([reasonOf({ content: 'x' }), reasonOf({ tool_calls: [call('{}')] })]).toEqual([alone, called]);
  });

  it('names an answer without an id by its item', () => {
    expect(bodyOf(toMessageOutcome(ran(completion({ content: 'x' }, { id: null }))))).toMatchObject({
      id: 'msg_r0000000-abcd1234',
    });
  });

  it.each<[string, unknown]>([
    ['no JSON object as input', completion({ tool_calls: [call('{"a":')] })],
    ['a list as input', completion({ tool_calls: [call('[1]')] })],
    ['a call of another kind', completion({ tool_calls: [{ id: 'x', type: 'custom', custom: {} }] })],
    ['a part that nobody knows', completion({ content: [{ type: 'audio' }] })],
    ['images', completion({ content: 'Look:', images: [{ type: 'image_url', image_url: { url: 'data:,' } }] })],
    ['audio', completion({ content: null, audio: { id: 'audio_1', data: 'AAAA', transcript: 'hi' } })],
    ['a call as they once were', completion({ content: null, function_call: { name: 'look_up', arguments: '{}' } })],
    ['an end in an error', completion({}, { choices: [{ message: { content: 'a' }, finish_reason: 'error' }] })],
    ['two choices', completion({}, { choices: [{ message: { content: 'a' } }, { message: { content: 'b' } }] })],
    ['no choice', completion({}, { choices: [] })],
    ['no completion at all', 'hello'],
  ])('fails an answer with %s, and keeps what was paid for', (_, body) => {
    const outcome = toMessageOutcome(ran(body));
    expect(outcome.error).toEqual({ code: 'answer_not_translated', message: expect.any(String) });
    expect(bodyOf(outcome)).toEqual(body);
  });

  it.each<[number, unknown, string, string]>([
    [400, { error: { message: 'bad', type: 'x', code: 'y' } }, 'invalid_request_error', 'bad'],
    [422, { object: 'error', message: 'worse' }, 'invalid_request_error', 'worse'],
    [422, { detail: [{ loc: ['body', 'n'], msg: 'Too many' }] }, 'invalid_request_error', 'body.n: Too many'],
    [422, { message: { detail: [{ loc: [], msg: 'Required' }] } }, 'invalid_request_error', 'Required'],
    [422, { detail: [] }, 'invalid_request_error', 'The provider gave no reason'],
    [429, { error: 'slow down' }, 'rate_limit_error', 'slow down'],
    [500, {}, 'api_error', 'The provider gave no reason'],
    [503, 'no JSON object', 'overloaded_error', 'no JSON object'],
  ])('words a %i with %j as the Messages API does', (status, body, type, message) => {
    const outcome = toMessageOutcome(ran(body, status));
    expect(outcome).toMatchObject({ response: { statusCode: status }, error: null });
    expect(bodyOf(outcome)).toEqual({ type: 'error', error: { type, message }, request_id: 'req_1' });
  });

  it('leaves an item that never ran as it is', () => {
    const never = { itemId: 'r1', response: null, error: { code: 'batch_expired', message: 'late' } };
    expect(toMessageOutcome(never)).toBe(never);
  });
});
