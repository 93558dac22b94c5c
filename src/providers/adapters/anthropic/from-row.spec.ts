import type { Message } from '@anthropic-ai/sdk/resources/messages';
import { toOutcome } from './from-row';

const usage = {
  cache_creation: null,
  cache_creation_input_tokens: 10,
  cache_read_input_tokens: 5,
  inference_geo: null,
  input_tokens: 100,
  output_tokens: 40,
  output_tokens_details: { thinking_tokens: 30 },
  server_tool_use: null,
  service_tier: 'batch' as const,
  speed: null,
};

/** A row whose message is one by the vendor's own types. */
function row(more: Partial<Message>): string {
  const message: Message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-haiku-4-5',
    container: null,
    diagnostics: null,
    content: [{ type: 'text', text: 'a', citations: null }],
    stop_reason: 'end_turn',
    stop_details: null,
    stop_sequence: null,
    usage,
    ...more,
  };
  return JSON.stringify({ custom_id: 'r1', result: { type: 'succeeded', message } });
}

function bodyOf(text: string) {
  const outcome = toOutcome(Buffer.from(text), 1_800_000_000);
  return JSON.parse(outcome?.response?.body.toString() ?? 'null');
}
const choice = (more: Partial<Message>) => bodyOf(row(more)).choices[0];
const direct = { type: 'direct' as const };

describe('toOutcome', () => {
  it('makes a chat completion of a message', () => {
    const outcome = toOutcome(Buffer.from(row({})), 1_800_000_000);
    expect(outcome).toMatchObject({ itemId: 'r1', response: { statusCode: 200, requestId: null }, error: null });
    expect(bodyOf(row({}))).toEqual({
      id: 'chatcmpl-msg_1',
      object: 'chat.completion',
      created: 1_800_000_000,
      model: 'claude-haiku-4-5',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'a', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
          native_finish_reason: 'end_turn',
        },
      ],
      usage: {
        prompt_tokens: 115,
        completion_tokens: 40,
        total_tokens: 155,
        prompt_tokens_details: { cached_tokens: 5 },
        completion_tokens_details: { reasoning_tokens: 30 },
      },
    });
  });

  it.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['tool_use', 'tool_calls'],
    ['refusal', 'content_filter'],
    ['pause_turn', 'stop'],
    ['brand_new', 'stop'],
    [null, 'stop'],
  ])('ends for %s with %s, and keeps the vendor’s word', (reason, finish) => {
    const made = choice({ stop_reason: reason as Message['stop_reason'] });
    expect([made.finish_reason, made.native_finish_reason]).toEqual([finish, reason]);
  });

  it('joins texts, and has none where there are only calls', () => {
    const text = (content: string) => ({ type: 'text' as const, text: content, citations: null });
    const use = { type: 'tool_use' as const, id: 't1', name: 'f', input: { a: 1 }, caller: direct };
    const calls = [{ id: 't1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }];
    expect(choice({ content: [text('a'), text('b')] }).message.content).toBe('ab');
    expect(choice({ content: [use] }).message).toEqual({
      role: 'assistant',
      content: null,
      refusal: null,
      tool_calls: calls,
    });
    expect(choice({ content: [text('a'), use] }).message).toMatchObject({ content: 'a', tool_calls: calls });
    expect(choice({ content: [] }).message.content).toBe('');
  });

  it('shows thoughts, and nothing of redacted ones', () => {
    const content: Message['content'] = [
      { type: 'thinking', thinking: 'hm', signature: 's' },
      { type: 'redacted_thinking', data: 'x' },
      { type: 'text', text: 'a', citations: null },
    ];
    expect(choice({ content }).message).toEqual({
      role: 'assistant',
      content: 'a',
      refusal: null,
      reasoning_content: 'hm',
    });
    expect(bodyOf(row({ usage: { ...usage, output_tokens_details: null } })).usage).not.toHaveProperty(
      'completion_tokens_details',
    );
  });

  it('keeps every digit of a tool’s input', () => {
    const input = '{"n": 12345678901234567890, "p":1.10,"s":"\\u00e9"}';
    const use = { type: 'tool_use' as const, id: 't1', name: 'f', input: { here: 1 }, caller: direct };
    const text = row({ content: [{ type: 'text', text: '{"here":1}', citations: null }, use] });
    const made = bodyOf(text.replace('"input":{"here":1}', `"input":${input}`));
    expect(made.choices[0].message.tool_calls[0].function.arguments).toBe(input);
  });

  it('scrubs what the vendor says of a failure', () => {
    const error = { type: 'invalid_request_error', message: 'of sk-ant-abcdefgh12345 and \u0000' };
    const answer = { type: 'error', error, request_id: 'req_1' };
    const text = JSON.stringify({ custom_id: 'r1', result: { type: 'errored', error: answer } });
    expect(toOutcome(Buffer.from(text), 0)?.response).toMatchObject({ statusCode: 400, requestId: 'req_1' });
    expect(bodyOf(text).error.message).toBe('of [key] and \uFFFD');
  });

  it.each(['{}', '{"custom_id":"r1","result":{"type":"succeeded"}}', '[', '{"custom_id":"r1","result":null}'])(
    'cannot read %s',
    (text) => {
      expect(toOutcome(Buffer.from(text), 0)).toBeNull();
    },
  );
});
