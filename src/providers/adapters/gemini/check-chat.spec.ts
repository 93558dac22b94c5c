import type { ModelTraits } from '../../contract/adapter';
import { check } from './to-line';

const USER = { role: 'user', content: 'hi' };
const CALL = { id: 'c 1', type: 'function', function: { name: 'f', arguments: '{}' } };
const CALLS = { role: 'assistant', content: null, tool_calls: [CALL] };
const ANSWER = { role: 'tool', tool_call_id: 'c 1', content: 'x' };
const TOOL = { type: 'function', function: { name: 'f' } };

function refused(
  endpoint: '/v1/chat/completions' | '/v1/embeddings',
  body: unknown,
  traits: ModelTraits,
  upstream: string,
) {
  const item = { endpoint, body: Buffer.from(JSON.stringify(body)) };
  return check(item, { upstream, traits }).map(({ path, message }) => {
    expect(message).not.toBe('');
    return path.join('.');
  });
}
const chat = (body: object, traits: ModelTraits = {}, upstream = 'gemini-x') =>
  refused('/v1/chat/completions', { model: 'gemini/x', messages: [USER], ...body }, traits, upstream);
const messages = (...list: unknown[]) => chat({ messages: list });
const parts = (...list: unknown[]) => messages({ role: 'user', content: list });
const image = (url: unknown, more: object = {}) => ({ type: 'image_url', image_url: { url, ...more } });
const file = (more: object) => ({ type: 'file', file: more });
const audio = (data: unknown, format: unknown) => ({ type: 'input_audio', input_audio: { data, format } });
const tool = (more: object) => ({ type: 'function', function: { name: 'f', ...more } });
const signed = (extra: unknown) => ({ extra_content: extra });
const signature = { google: { thought_signature: 's' } };

describe('check', () => {
  it.each<[object, ModelTraits?]>([
    [{}],
    [{ n: 1, stream: false, store: false, metadata: {}, user: 1, service_tier: 'x', n2: null }],
    [{ temperature: 2, top_p: 1, seed: -(2 ** 31), presence_penalty: 2, frequency_penalty: -2, logprobs: true }],
    [{ logprobs: true, top_logprobs: 20 }],
    [{ stop: ['a', 'b', 'c', 'd', ' '] }],
    [{ response_format: { type: 'json_object' } }],
    [{ reasoning_effort: 'minimal' }, { reasoning: 'level' }],
    [{ reasoning_effort: 'none' }, { reasoning: 'budget' }],
    [{ reasoning_effort: 'none' }, { reasoning: 'none' }],
    [{ tools: [TOOL], tool_choice: tool({}), parallel_tool_calls: true }],
    [{ tools: [tool({ name: '_a.b:c-d', parameters: {}, strict: true, description: 'd' })] }],
    [{ messages: [USER, { ...CALLS, tool_calls: [{ ...CALL, ...signed(signature) }] }, ANSWER] }],
    [{ messages: [USER, { role: 'assistant', content: 'a', ...signed(signature) }, USER] }],
    [{ messages: [USER, { role: 'assistant', content: 'a', ...signed({ google: null }) }, USER] }],
  ])('takes %j', (body, traits = {}) => {
    expect(chat(body, traits)).toEqual([]);
  });

  it.each([
    image('data:image/png;base64,AAAA'),
    image('data:image/heic;base64,AAAA', { detail: 'auto' }),
    image('gs://b/c'),
    image('https://generativelanguage.googleapis.com/v1beta/files/a1-b'),
    file({ file_data: 'data:application/pdf;base64,AAAA', filename: 'x' }),
    audio('AAAA', 'wav'),
  ])('takes the part %j', (part) => {
    expect(parts(part)).toEqual([]);
  });

  it.each<[object, string, ModelTraits?]>([
    ...['logit_bias', 'prediction', 'audio', 'modalities', 'web_search_options', 'verbosity', 'functions', 'x'].map(
      (key): [object, string] => [{ [key]: {} }, key],
    ),
    [{ n: 2 }, 'n'],
    [{ stream: true }, 'stream'],
    [{ store: true }, 'store'],
    [{ max_tokens: 0 }, 'max_tokens'],
    [{ max_completion_tokens: 9 }, 'max_completion_tokens', { maxOutputTokens: 8 }],
    [{ max_completion_tokens: 8, max_tokens: 9 }, 'max_tokens'],
    [{ stop: '' }, 'stop'],
    [{ stop: ['a', 1] }, 'stop.1'],
    [{ stop: ['a', 'b', 'c', 'd', 'e', 'f'] }, 'stop'],
    [{ temperature: 2.1 }, 'temperature'],
    [{ temperature: '1' }, 'temperature'],
    [{ top_p: -1 }, 'top_p'],
    [{ top_p: 1 }, 'top_p', { sampling: 'none' }],
    [{ temperature: 1, top_p: 1 }, 'top_p', { sampling: 'one' }],
    [{ seed: 0.5 }, 'seed'],
    [{ seed: 2 ** 31 }, 'seed'],
    [{ presence_penalty: 3 }, 'presence_penalty'],
    [{ frequency_penalty: -3 }, 'frequency_penalty'],
    [{ logprobs: 1 }, 'logprobs'],
    [{ top_logprobs: 1 }, 'top_logprobs'],
    [{ logprobs: true, top_logprobs: 21 }, 'top_logprobs'],
    [{ response_format: { type: 'xml' } }, 'response_format.type'],
    [{ response_format: { type: 'json_schema', json_schema: {} } }, 'response_format.json_schema.schema'],
    [{ response_format: { type: 'json_schema' } }, 'response_format', { jsonSchema: false }],
    [{ reasoning_effort: 'low' }, 'reasoning_effort'],
    [{ reasoning_effort: 'none' }, 'reasoning_effort'],
    [{ reasoning_effort: 'low' }, 'reasoning_effort', { reasoning: 'none' }],
    [{ reasoning_effort: 'low' }, 'reasoning_effort', { reasoning: 'effort' }],
    [{ reasoning_effort: 'none' }, 'reasoning_effort', { reasoning: 'level' }],
    [{ reasoning_effort: 'xhigh' }, 'reasoning_effort', { reasoning: 'level' }],
    [{ reasoning_effort: 'xhigh' }, 'reasoning_effort', { reasoning: 'budget' }],
    [{ tools: [TOOL] }, 'tools', { tools: false }],
    [{ tools: [{ type: 'custom' }] }, 'tools.0.type'],
    [{ tools: [tool({ name: '1a' })] }, 'tools.0.function.name'],
    [{ tools: [tool({ strict: 1 })] }, 'tools.0.function.strict'],
    [{ tool_choice: 'required' }, 'tool_choice'],
    [{ tools: [TOOL], tool_choice: { type: 'allowed_tools' } }, 'tool_choice.type'],
    [{ tools: [TOOL], tool_choice: tool({ name: 'g' }) }, 'tool_choice.function.name'],
    [{ tools: [TOOL], parallel_tool_calls: false }, 'parallel_tool_calls'],
  ])('refuses %j by the name of %s', (body, path, traits = {}) => {
    expect(chat(body, traits)).toEqual([path]);
  });

  it('refuses to keep a model from thinking that always does', () => {
    expect(chat({ reasoning_effort: 'none' }, { reasoning: 'budget' }, 'gemini-2.5-pro')).toEqual(['reasoning_effort']);
    expect(chat({ reasoning_effort: 'low' }, { reasoning: 'budget' }, 'gemini-2.5-pro')).toEqual([]);
  });

  it.each<[unknown, string]>([
    [image('https://x/y.png'), 'messages.0.content.0.image_url.url'],
    [image('https://generativelanguage.googleapis.com/v1beta/files/a?key=b'), 'messages.0.content.0.image_url.url'],
    [image('data:image/gif;base64,AAAA'), 'messages.0.content.0.image_url.url'],
    [image('gs://b/c', { detail: 'high' }), 'messages.0.content.0.image_url.detail'],
    [file({ file_id: 'file-1' }), 'messages.0.content.0.file.file_id'],
    [file({ file_data: 'data:text/plain;base64,AAAA' }), 'messages.0.content.0.file.file_data'],
    [audio('AAAA', 'flac'), 'messages.0.content.0.input_audio.format'],
    [audio('AAA', 'wav'), 'messages.0.content.0.input_audio.data'],
    [{ type: 'refusal' }, 'messages.0.content.0.type'],
    [{ type: 'input_audio' }, 'messages.0.content.0.input_audio'],
  ])('refuses the part %j by the name of %s', (part, path) => {
    expect(parts(part)).toContain(path);
  });

  it('refuses images where the model takes none', () => {
    const content = [{ type: 'text', text: 'a' }, image('gs://b/c')];
    expect(chat({ messages: [{ role: 'user', content }] }, { images: false })).toEqual(['messages.0.content.1']);
  });

  it.each<[unknown[], string]>([
    [[USER, { role: 'system', content: 'late' }], 'messages.1.role'],
    [[{ role: 'assistant', content: 'a' }, USER], 'messages.0.role'],
    [[USER, { role: 'assistant', content: 'a' }], 'messages.1'],
    [[USER, CALLS, USER], 'messages.1.tool_calls'],
    [[USER, { ...ANSWER, tool_call_id: 'c2' }], 'messages.1.tool_call_id'],
    [[USER, { role: 'function', name: 'f', content: 'x' }], 'messages.1.role'],
    [[{ ...USER, name: 'n' }], 'messages.0.name'],
    [
      [USER, { ...CALLS, tool_calls: [{ ...CALL, id: '' }] }, { ...ANSWER, tool_call_id: '' }],
      'messages.1.tool_calls.0.id',
    ],
    [
      [USER, { ...CALLS, tool_calls: [{ ...CALL, function: { name: 'a b', arguments: '{}' } }] }, ANSWER],
      'messages.1.tool_calls.0.function.name',
    ],
    [
      [USER, { ...CALLS, tool_calls: [{ ...CALL, function: { name: 'f', arguments: '' } }] }, ANSWER],
      'messages.1.tool_calls.0.function.arguments',
    ],
    [[{ ...USER, ...signed(signature) }], 'messages.0.extra_content'],
    [[USER, { ...CALLS, ...signed(signature) }, ANSWER], 'messages.1.extra_content'],
    [[USER, { role: 'assistant', content: 'a', ...signed(1) }, USER], 'messages.1.extra_content'],
    [
      [USER, { role: 'assistant', content: 'a', ...signed({ anthropic: {} }) }, USER],
      'messages.1.extra_content.anthropic',
    ],
    [[USER, { role: 'assistant', content: 'a', ...signed({ google: [] }) }, USER], 'messages.1.extra_content.google'],
    [
      [USER, { role: 'assistant', content: 'a', ...signed({ google: { thought_signature: 1 } }) }, USER],
      'messages.1.extra_content.google.thought_signature',
    ],
  ])('refuses the messages %j by the name of %s', (list, path) => {
    expect(messages(...list)).toEqual([path]);
  });

  it('refuses what is no chat at all', () => {
    expect(refused('/v1/chat/completions', [], {}, 'x')).toEqual(['']);
    expect(refused('/v1/embeddings', 'a', {}, 'x')).toEqual(['']);
  });

  const embedding = (body: object) => refused('/v1/embeddings', { model: 'x', input: 'a', ...body }, {}, 'x');

  it.each<[object, string[]]>([
    [{}, []],
    [{ input: ['a'], dimensions: 1, encoding_format: 'float', user: 'u' }, []],
    [{ input: '' }, ['input']],
    [{ input: ['a', 'b'] }, ['input']],
    [{ input: [1, 2] }, ['input']],
    [{ input: [[1, 2]] }, ['input']],
    [{ dimensions: 0 }, ['dimensions']],
    [{ dimensions: 1.5 }, ['dimensions']],
    [{ encoding_format: 'base64' }, ['encoding_format']],
    [{ input_type: 'query' }, ['input_type']],
  ])('judges the embedding %j: %j', (body, paths) => {
    expect(embedding(body)).toEqual(paths);
  });
});
