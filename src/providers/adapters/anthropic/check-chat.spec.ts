import type { ModelTraits } from '../../contract/adapter';
import { checkChat } from './check-chat';

const USER = { role: 'user', content: 'hi' };
const CALL = { id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } };
const CALLS = { role: 'assistant', content: null, tool_calls: [CALL] };
const ANSWER = { role: 'tool', tool_call_id: 'c1', content: 'x' };
const TOOL = { type: 'function', function: { name: 'f' } };

function check(body: object, traits: ModelTraits = {}): string[] {
  const chat = { model: 'anthropic/x', messages: [USER], ...body };
  const item = { endpoint: '/v1/chat/completions' as const, body: Buffer.from(JSON.stringify(chat)) };
  return checkChat(item, { upstream: 'claude', traits }).map(({ path, message }) => {
    expect(message).not.toBe('');
    return path.join('.');
  });
}
const messages = (...list: unknown[]) => check({ messages: list });
const parts = (...list: unknown[]) => messages({ role: 'user', content: list });
const image = (url: unknown, more: object = {}) => ({ type: 'image_url', image_url: { url, ...more } });
const file = (more: object) => ({ type: 'file', file: more });
const PDF = 'data:application/pdf;base64,AAAA';

describe('checkChat', () => {
  it.each([
    [{ n: 1, presence_penalty: 0, frequency_penalty: 0, logprobs: false, stream: false, store: false }],
    [{ metadata: { a: 'b' }, service_tier: 'flex', prompt_cache_key: 'k' }],
    [{ n: null, logit_bias: null, seed: null, audio: null, tools: null, tool_choice: null, stop: null, user: null }],
    [{ max_tokens: 5, max_completion_tokens: 5 }],
    [{ stop: ['a', 'b'], temperature: 1, top_p: 0, response_format: { type: 'text' } }],
    [{ user: 'a', safety_identifier: 'a' }],
    [{ tool_choice: 'none', parallel_tool_calls: false }],
    [{ tools: [TOOL], tool_choice: { type: 'function', function: { name: 'f' } } }],
    [{ reasoning_effort: 'none' }],
    [{ messages: [{ role: 'system', content: '' }, { role: 'developer', content: [] }, USER, CALLS, ANSWER] }],
    [{ messages: [USER, CALLS, { ...ANSWER, content: [{ type: 'text', text: 'a' }] }, USER] }],
    [{ messages: [{ role: 'user', content: [image('HTTPS://x/y.png', { detail: 'auto' })] }] }],
    [{ messages: [{ role: 'user', content: [file({ file_data: PDF, filename: 'a.pdf', file_id: null })] }] }],
  ])('takes %j', (body) => {
    expect(check(body)).toEqual([]);
  });

  it.each([
    ...['logit_bias', 'seed', 'prediction', 'audio', 'modalities', 'web_search_options', 'verbosity', 'functions'],
    ...['function_call', 'top_logprobs', 'stream_options', 'toString', '__proto__', 'anything_new'],
  ])('refuses %s by its name', (key) => {
    expect(check(JSON.parse(`{"${key}":{"a":1}}`) as object)).toEqual([key]);
  });

  it.each([
    [{ n: 2 }, 'n'],
    [{ presence_penalty: 0.1 }, 'presence_penalty'],
    [{ frequency_penalty: -1 }, 'frequency_penalty'],
    [{ logprobs: true }, 'logprobs'],
    [{ stream: true }, 'stream'],
    [{ store: true }, 'store'],
    [{ max_tokens: 0 }, 'max_tokens'],
    [{ max_completion_tokens: 1.5 }, 'max_completion_tokens'],
    [{ max_tokens: 5, max_completion_tokens: 6 }, 'max_tokens'],
    [{ stop: ' \n' }, 'stop'],
    [{ stop: ['a', ''] }, 'stop.1'],
    [{ stop: 7 }, 'stop'],
    [{ temperature: 1.01 }, 'temperature'],
    [{ temperature: '1' }, 'temperature'],
    [{ top_p: -0.1 }, 'top_p'],
    [{ reasoning_effort: 'extreme' }, 'reasoning_effort'],
    [{ response_format: { type: 'json_object' } }, 'response_format.type'],
    [{ response_format: { type: 'json_schema', json_schema: { name: 'x' } } }, 'response_format.json_schema.schema'],
    [
      { response_format: { type: 'json_schema', json_schema: { schema: {}, description: 'd' } } },
      'response_format.json_schema.description',
    ],
    [{ user: 'a', safety_identifier: 'b' }, 'user'],
    [{ user: 7 }, 'user'],
    [{ tools: {} }, 'tools'],
    [{ tools: [{ type: 'custom', custom: {} }] }, 'tools.0.type'],
    [{ tools: [{ type: 'function', function: { name: 'f', cache: 1 } }] }, 'tools.0.function.cache'],
    [{ tools: [{ type: 'function', function: { name: 'f', parameters: [] } }] }, 'tools.0.function.parameters'],
    [{ tools: [TOOL], tool_choice: 'any' }, 'tool_choice'],
    [{ tools: [TOOL], tool_choice: { type: 'allowed_tools' } }, 'tool_choice.type'],
    [{ tool_choice: 'required' }, 'tool_choice'],
    [{ tool_choice: { type: 'function', function: { name: 'f' } } }, 'tool_choice'],
    [{ parallel_tool_calls: 'no' }, 'parallel_tool_calls'],
    [{ messages: 'hi' }, 'messages'],
    [{ messages: [] }, 'messages'],
  ])('refuses %j at %s', (body, path) => {
    expect(check(body)).toEqual([path]);
  });

  it.each<[ModelTraits, object, string]>([
    [{ sampling: 'none' }, { temperature: 1 }, 'temperature'],
    [{ sampling: 'none' }, { top_p: 1 }, 'top_p'],
    [{ sampling: 'one' }, { temperature: 1, top_p: 1 }, 'top_p'],
    [{ tools: false }, { tools: [TOOL] }, 'tools'],
    [{ images: false }, { messages: [{ role: 'user', content: [image('https://x/y')] }] }, 'messages.0.content.0'],
    [
      { jsonSchema: false },
      { response_format: { type: 'json_schema', json_schema: { schema: {} } } },
      'response_format',
    ],
    [{ reasoning: 'budget' }, { reasoning_effort: 'low' }, 'reasoning_effort'],
    [{ reasoning: 'none' }, { reasoning_effort: 'low' }, 'reasoning_effort'],
    [{ maxOutputTokens: 10 }, { max_tokens: 11 }, 'max_tokens'],
  ])('refuses for a model of %j what it cannot do: %j', (traits, body, path) => {
    expect(check(body, traits)).toEqual([path]);
    expect(check(body)).toEqual([]);
  });

  describe('messages', () => {
    it.each([
      ['a role that is none', [USER, { role: 'function', name: 'f', content: 'x' }], 'messages.1.role'],
      ['no object', [USER, 'x'], 'messages.1'],
      ['a late system message', [USER, { role: 'system', content: 'x' }, USER], 'messages.1.role'],
      ['a late developer message', [USER, { role: 'developer', content: 'x' }], 'messages.1.role'],
      ['a name', [{ ...USER, name: 'Ann' }], 'messages.0.name'],
      ['system messages alone', [{ role: 'system', content: 'x' }], 'messages'],
      [
        'an image in a system message',
        [{ role: 'system', content: [image('https://x')] }, USER],
        'messages.0.content.0.type',
      ],
      ['an empty text', [{ role: 'user', content: '' }], 'messages.0.content'],
      ['empty parts', [{ role: 'user', content: [{ type: 'text', text: '' }] }], 'messages.0.content'],
      ['a prefill', [USER, { role: 'assistant', content: 'I' }], 'messages.1'],
      ['an empty answer', [USER, { role: 'assistant', content: '' }, USER], 'messages.1.content'],
      ['a refusal', [USER, { role: 'assistant', content: 'x', refusal: 'no' }, USER], 'messages.1.refusal'],
      [
        'thoughts',
        [USER, { role: 'assistant', content: 'x', reasoning_content: 'y' }, USER],
        'messages.1.reasoning_content',
      ],
      [
        'a function call',
        [USER, { role: 'assistant', content: 'x', function_call: {} }, USER],
        'messages.1.function_call',
      ],
      ['an unanswered call', [USER, CALLS, USER], 'messages.1.tool_calls'],
      ['an answer that comes late', [USER, CALLS, ANSWER, USER, ANSWER], 'messages.4.tool_call_id'],
      ['an answer to nobody', [USER, ANSWER], 'messages.1.tool_call_id'],
      ['a second answer', [USER, CALLS, ANSWER, ANSWER], 'messages.3.tool_call_id'],
    ])('refuses %s', (_, list, path) => {
      expect(messages(...list)).toEqual([path]);
    });

    it('refuses an assistant that begins', () => {
      expect(messages({ role: 'assistant', content: 'x' }, USER)).toEqual(['messages.0.role']);
    });

    it.each([
      [{ ...CALL, id: 'a b' }, 'id'],
      [{ ...CALL, id: undefined }, 'id'],
      [{ ...CALL, type: 'custom' }, 'type'],
      [{ ...CALL, index: 0 }, 'index'],
      [{ ...CALL, function: { name: 'f', arguments: '[]' } }, 'function.arguments'],
      [{ ...CALL, function: { name: 'f', arguments: '{"a":' } }, 'function.arguments'],
      [{ ...CALL, function: { name: 'f', arguments: {} } }, 'function.arguments'],
      [{ ...CALL, function: { arguments: '{}' } }, 'function.name'],
    ])('refuses the call %j', (call, path) => {
      const found = messages(USER, { ...CALLS, tool_calls: [call] }, { ...ANSWER, tool_call_id: call.id });
      expect(found).toContain(`messages.1.tool_calls.0.${path}`);
    });
  });

  it.each<[unknown, string]>([
    [{ type: 'input_audio', input_audio: {} }, 'type'],
    [{ type: 'video_url' }, 'type'],
    [{ type: 'text', text: 'x', cache_control: {} }, 'cache_control'],
    [image('https://x', { detail: 'low' }), 'image_url.detail'],
    [image('gs://x/y.png'), 'image_url.url'],
    [image('data:image/png,x'), 'image_url.url'],
    [image('data:image/bmp;base64,AAAA'), 'image_url.url'],
    [image('data:image/png;base64,AAA'), 'image_url.url'],
    [image('data:image/png;base64,A_AA'), 'image_url.url'],
    [image(undefined), 'image_url.url'],
    [file({ file_id: 'file-1' }), 'file.file_id'],
    [file({ file_data: 'data:text/plain;base64,AAAA' }), 'file.file_data'],
    [file({ file_data: PDF, filename: 1 }), 'file.filename'],
  ])('refuses the part %j', (part, path) => {
    expect(parts({ type: 'text', text: 'x' }, part)).toContain(`messages.0.content.1.${path}`);
  });

  it('refuses texts of white space alone, calls that share an id, and a choice of a tool that is not there', () => {
    expect(messages({ role: 'user', content: ' \n' })).toEqual(['messages.0.content']);
    expect(parts({ type: 'text', text: 'a' }, { type: 'text', text: ' ' })).toEqual(['messages.0.content.1.text']);
    expect(messages(USER, CALLS, { ...ANSWER, content: '\t' })).toEqual(['messages.2.content']);
    expect(messages(USER, { ...CALLS, tool_calls: [CALL, CALL] }, ANSWER)).toEqual(['messages.1.tool_calls.1.id']);
    const choice = { type: 'function', function: { name: 'g' } };
    expect(check({ tools: [TOOL], tool_choice: choice })).toEqual(['tool_choice.function.name']);
  });

  describe('where the efforts of the model are known', () => {
    const traits = { reasoning: 'effort', efforts: ['none', 'low', 'high'], besideThinking: 'none' } as const;
    const tools = [TOOL];

    it.each([
      [{ reasoning_effort: 'high' }, []],
      [{ reasoning_effort: 'none', temperature: 0.5 }, []],
      [{ reasoning_effort: 'minimal' }, ['reasoning_effort']],
      [{ reasoning_effort: 'max' }, ['reasoning_effort']],
      [{ reasoning_effort: 'low', temperature: 0.5 }, ['temperature']],
      [{ reasoning_effort: 'low', temperature: 1, top_p: 0.95 }, []],
      [{ reasoning_effort: 'low', tools, tool_choice: 'required' }, ['tool_choice']],
      [{ reasoning_effort: 'none', tools, tool_choice: 'required' }, []],
    ])('of %j refuses %j', (body, refused) => {
      expect(check(body, traits)).toEqual(refused);
    });

    it('refuses every effort of a model that takes none, and to force a tool on one that cannot be made to', () => {
      expect(check({ reasoning_effort: 'low' }, { efforts: [] })).toEqual(['reasoning_effort']);
      expect(check({ tools, tool_choice: 'required' }, { forcedTools: false })).toEqual(['tool_choice']);
    });
  });
});
