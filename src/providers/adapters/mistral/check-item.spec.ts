import type { Endpoint } from '../../contract/adapter';
import { checkItem } from './check-item';

const user = { role: 'user', content: 'hi' };
const chat = (more: object, messages: unknown = [user]) => ({ model: 'mistral/x', messages, ...more });

function refusedIn(body: unknown, endpoint: Endpoint = '/v1/chat/completions'): string[] {
  const json = typeof body === 'string' ? body : JSON.stringify(body);
  return checkItem({ endpoint, body: Buffer.from(json) }).map(({ path }) => path.join('.'));
}

const call = { id: 'call_abcdefghijklmnop', type: 'function', function: { name: 'f', arguments: '{}' } };

describe('checkItem', () => {
  it.each<[string, object]>([
    ['nothing special', chat({})],
    ['what the vendor knows', chat({ n: 2, stop: ['a'], frequency_penalty: 1, parallel_tool_calls: false })],
    ['its own fields', chat({ safe_prompt: true, random_seed: 1, prompt_mode: 'reasoning', guardrails: [] })],
    ['what is left out', chat({ stream: false, user: 'u', safety_identifier: 's', store: false, logprobs: false })],
    ['nulls', chat({ logit_bias: null, audio: null, temperature: null, tools: null, tool_choice: null })],
    ['one limit under two names', chat({ max_tokens: 5, max_completion_tokens: 5 })],
    ['a temperature of 1.5', chat({ temperature: 1.5 })],
    ['choices', chat({ tool_choice: 'required' })],
    ['its own choice', chat({ tool_choice: 'any', service_tier: 'standard_only' })],
    ['a choice of a function', chat({ tool_choice: { type: 'function', function: { name: 'f' } } })],
    ['tools', chat({ tools: [{ type: 'function', function: { name: 'f', strict: true, parameters: {} } }] })],
    ['its own tools', chat({ tools: [{ type: 'web_search' }] })],
    ['a prediction', chat({ prediction: { type: 'content', content: 'x' } })],
    [
      'a conversation with ids of any form',
      chat({}, [
        { role: 'system', content: 'brief' },
        { ...user, name: null },
        { role: 'assistant', content: null, refusal: null, tool_calls: [call] },
        { role: 'tool', tool_call_id: call.id, name: 'f', content: 'none' },
        { role: 'assistant', content: 'So', prefix: true },
      ]),
    ],
    [
      'parts',
      chat({}, [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'x' },
            { type: 'image_url', image_url: { url: 'https://a.test/b.png', detail: 'low' } },
            { type: 'document_url', document_url: 'https://a.test/b.pdf' },
            { type: 'input_audio', input_audio: 'AAAA' },
            { type: 'file', file_id: 'f' },
          ],
        },
      ]),
    ],
  ])('takes %s', (_, body) => {
    expect(refusedIn(body)).toEqual([]);
  });

  it.each<[string[], object]>([
    [['logit_bias'], chat({ logit_bias: {} })],
    [['logprobs', 'top_logprobs'], chat({ logprobs: true, top_logprobs: 2 })],
    [['store'], chat({ store: true })],
    [
      ['web_search_options', 'verbosity', 'modalities'],
      chat({ web_search_options: {}, verbosity: 'low', modalities: [] }),
    ],
    [
      ['functions', 'function_call', 'stream_options'],
      chat({ functions: [], function_call: 'auto', stream_options: {} }),
    ],
    [['max_tokens'], chat({ max_tokens: 5, max_completion_tokens: 6 })],
    [['random_seed'], chat({ seed: 5, random_seed: 6 })],
    [['max_completion_tokens'], chat({ max_completion_tokens: 1.5 })],
    [['max_tokens'], chat({ max_tokens: -5 })],
    [['seed'], chat({ seed: -1 })],
    [['random_seed'], chat({ random_seed: 1.5 })],
    [['temperature'], chat({ temperature: 1.6 })],
    [['temperature'], chat({ temperature: '1' })],
    [['service_tier'], chat({ service_tier: 'priority' })],
    [['prediction.content'], chat({ prediction: { type: 'content', content: [] } })],
    [['tool_choice'], chat({ tool_choice: 'sometimes' })],
    [['tool_choice.type'], chat({ tool_choice: { type: 'allowed_tools', allowed_tools: {} } })],
    [['tool_choice.x'], chat({ tool_choice: { type: 'function', function: { name: 'f' }, x: 1 } })],
    [['tools'], chat({ tools: {} })],
    [['tools.0'], chat({ tools: ['f'] })],
    [['tools.0.type'], chat({ tools: [{ type: 'custom', custom: { name: 'f' } }] })],
    [['tools.0.function'], chat({ tools: [{ type: 'function' }] })],
    [['tools.0.function.parameters'], chat({ tools: [{ type: 'function', function: { name: 'f' } }] })],
    [['messages'], { model: 'm' }],
    [['messages'], chat({}, [])],
    [['messages.0'], chat({}, ['hi'])],
    [['messages.0.role'], chat({}, [{ role: 'developer', content: 'brief' }, user])],
    [['messages.0.name'], chat({}, [{ ...user, name: 'Ann' }])],
    [
      ['messages.1.refusal', 'messages.1.annotations'],
      chat({}, [user, { role: 'assistant', refusal: 'no', annotations: [] }]),
    ],
    [['messages.0.content.0'], chat({}, [{ role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }] }])],
    [
      ['messages.0.content.0.input_audio', 'messages.0.content.1.file', 'messages.0.content.2'],
      chat({}, [
        {
          role: 'user',
          content: [
            { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
            { type: 'file', file: { file_id: 'f' } },
            'text',
          ],
        },
      ]),
    ],
  ])('refuses %j', (paths, body) => {
    expect(refusedIn(body)).toEqual(paths);
  });

  it('tells two numbers apart that are the same double', () => {
    const seeds = '"seed":12345678901234567890,"random_seed":12345678901234567891';
    expect(refusedIn(`{"messages":[{"role":"user","content":"x"}],${seeds}}`)).toEqual(['random_seed']);
  });

  it.each<[string[], object]>([
    [[], { model: 'm', input: 'a', user: 'u' }],
    [[], { input: ['a', 'b'], dimensions: 256, encoding_format: 'base64', output_dtype: 'int8' }],
    [[], { input: 'a', dimensions: 256, output_dimension: 256 }],
    [['output_dimension'], { input: 'a', dimensions: 256, output_dimension: 512 }],
    [['input'], { input: [1, 2] }],
    [['input'], { input: [] }],
    [['input'], {}],
    [['messages', 'input'], { messages: [] }],
  ])('refuses %j of embeddings', (paths, body) => {
    expect(refusedIn(body, '/v1/embeddings')).toEqual(paths);
  });

  it('refuses a body that is no object', () => {
    expect(refusedIn('[]')).toEqual(['']);
  });
});
