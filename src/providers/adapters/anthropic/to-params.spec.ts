import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import type { ModelTraits } from '../../contract/adapter';
import { DEFAULT_MAX_TOKENS } from './options';
import type { MessagesParams } from './params';
import type { JsonText } from '../../translation/raw-json';
import { toLine } from './to-params';

/** As the params are once their JSON is read: the caller's own JSON is some object. */
type Read<T> = T extends JsonText
  ? { type: 'object' } & Record<string, unknown>
  : T extends (infer Element)[]
    ? Read<Element>[]
    : T extends object
      ? { [Key in keyof T]: Read<T[Key]> }
      : T;

/** Compiles as long as what we send is what the vendor's own types take. */
const asVendorTypes = (params: Read<MessagesParams>): MessageCreateParamsNonStreaming => params;

const USER = { role: 'user', content: 'hi' };

function textOf(body: string, traits: ModelTraits = {}): string {
  const item = { endpoint: '/v1/chat/completions' as const, body: Buffer.from(body) };
  const line = toLine(item, 'r0000000-abcd1234', { upstream: 'claude', traits }).toString();
  const head = '{"custom_id":"r0000000-abcd1234","params":';
  expect([line.startsWith(head), line.includes('\n')]).toEqual([true, false]);
  return line.slice(head.length, -1);
}

function params(body: object, traits: ModelTraits = {}): MessageCreateParamsNonStreaming {
  const text = textOf(JSON.stringify({ model: 'anthropic/x', messages: [USER], ...body }), traits);
  return asVendorTypes(JSON.parse(text) as Read<MessagesParams>);
}
const turns = (...messages: object[]) => params({ messages }).messages;

describe('toLine', () => {
  it('sends the model, the limit and the message of the least request, and nothing else', () => {
    expect(params({})).toEqual({ model: 'claude', max_tokens: DEFAULT_MAX_TOKENS, messages: [USER] });
    const dropped = { metadata: { a: 'b' }, service_tier: 'flex', prompt_cache_key: 'k', store: false, n: 1 };
    expect(params({ ...dropped, response_format: { type: 'text' }, stop: [], tools: [] })).toEqual(params({}));
  });

  it.each<[object, object]>([
    [{ max_tokens: 5 }, { max_tokens: 5 }],
    [{ max_completion_tokens: 6 }, { max_tokens: 6 }],
    [{ stop: 'a' }, { stop_sequences: ['a'] }],
    [{ stop: ['a', 'b'] }, { stop_sequences: ['a', 'b'] }],
    [{ temperature: 0 }, { temperature: 0 }],
    [{ top_p: 0.25 }, { top_p: 0.25 }],
    [{ user: 'u' }, { metadata: { user_id: 'u' } }],
    [{ safety_identifier: 's' }, { metadata: { user_id: 's' } }],
    [{ reasoning_effort: 'xhigh' }, { thinking: { type: 'adaptive' }, output_config: { effort: 'xhigh' } }],
    [{ reasoning_effort: 'minimal' }, { thinking: { type: 'disabled' } }],
    [
      {
        response_format: { type: 'json_schema', json_schema: { name: 'n', strict: false, schema: { type: 'object' } } },
      },
      { output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } },
    ],
  ])('sends %j as %j', (body, sent) => {
    expect(params(body)).toEqual({ ...params({}), ...sent });
  });

  it('sends the model’s own limit where the caller gives none', () => {
    expect(params({}, { maxOutputTokens: 64_000 }).max_tokens).toBe(64_000);
    expect(params({ max_tokens: 9 }, { maxOutputTokens: 64_000 }).max_tokens).toBe(9);
  });

  it('asks a model that thinks by budgets alone for an effort without telling it to think', () => {
    const asked = params({ reasoning_effort: 'low' }, { reasoning: 'budget', efforts: ['low'] });
    expect([asked.output_config, asked.thinking]).toEqual([{ effort: 'low' }, undefined]);
  });

  it('does not tell a model that never thinks not to', () => {
    expect(params({ reasoning_effort: 'none' }, { reasoning: 'none' })).toEqual(params({}));
  });

  const tool = {
    type: 'function',
    function: { name: 'f', description: 'd', strict: true, parameters: { type: 'object' } },
  };
  const sentTool = { name: 'f', description: 'd', strict: true, input_schema: { type: 'object' } };

  it.each<[object, object | undefined]>([
    [{}, undefined],
    [{ tool_choice: 'auto' }, { type: 'auto' }],
    [{ tool_choice: 'required' }, { type: 'any' }],
    [{ tool_choice: 'none', parallel_tool_calls: false }, { type: 'none' }],
    [{ tool_choice: { type: 'function', function: { name: 'f' } } }, { type: 'tool', name: 'f' }],
    [{ parallel_tool_calls: true }, undefined],
    [{ parallel_tool_calls: false }, { type: 'auto', disable_parallel_tool_use: true }],
    [
      { tool_choice: 'required', parallel_tool_calls: false },
      { type: 'any', disable_parallel_tool_use: true },
    ],
  ])('sends the choice %j as %j', (body, choice) => {
    const sent = params({ tools: [tool], ...body });
    expect([sent.tools, sent.tool_choice]).toEqual([[sentTool], choice]);
  });

  it('gives a tool without parameters an empty schema, and no choice without tools', () => {
    const bare = params({ tools: [{ type: 'function', function: { name: 'f' } }] });
    expect(bare.tools).toEqual([{ name: 'f', input_schema: { type: 'object', properties: {} } }]);
    expect(params({ tool_choice: 'none', parallel_tool_calls: false })).toEqual(params({}));
  });

  it('gathers the instructions', () => {
    const { system, messages } = params({
      messages: [
        { role: 'system', content: 'a' },
        {
          role: 'developer',
          content: [
            { type: 'text', text: 'b' },
            { type: 'text', text: '' },
          ],
        },
        { role: 'system', content: '' },
        USER,
      ],
    });
    expect(system).toEqual([
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ]);
    expect(messages).toEqual([USER]);
  });

  it('merges turns, and answers all calls in one message, results first', () => {
    const call = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: `{"of":"${id}"}` } });
    const sent = turns(
      { role: 'user', content: 'a' },
      { role: 'user', content: [{ type: 'text', text: 'b' }] },
      { role: 'assistant', content: 'c' },
      { role: 'assistant', content: 'd', tool_calls: [call('x'), call('y')] },
      { role: 'tool', tool_call_id: 'y', content: 'Y' },
      {
        role: 'tool',
        tool_call_id: 'x',
        content: [
          { type: 'text', text: 'X' },
          { type: 'text', text: 'XX' },
        ],
      },
      { role: 'user', content: 'e' },
    );
    const text = (content: string) => ({ type: 'text', text: content });
    expect(sent).toEqual([
      { role: 'user', content: [text('a'), text('b')] },
      {
        role: 'assistant',
        content: [
          text('c'),
          text('d'),
          { type: 'tool_use', id: 'x', name: 'f', input: { of: 'x' } },
          { type: 'tool_use', id: 'y', name: 'f', input: { of: 'y' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'y', content: 'Y' },
          { type: 'tool_result', tool_use_id: 'x', content: [text('X'), text('XX')] },
          text('e'),
        ],
      },
    ]);
  });

  it('sends images and PDFs', () => {
    const content = [
      { type: 'image_url', image_url: { url: 'https://x/y.png' } },
      { type: 'image_url', image_url: { url: 'data:image/JPEG;base64,AAAA' } },
      { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAA=' } },
    ];
    expect(turns({ role: 'user', content })[0]?.content).toEqual([
      { type: 'image', source: { type: 'url', url: 'https://x/y.png' } },
      { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: 'AAAA' } },
      { type: 'document', title: 'a.pdf', source: { type: 'base64', media_type: 'application/pdf', data: 'AAA=' } },
    ]);
  });

  it('keeps every digit of a schema and of a call’s arguments', () => {
    const numbers = '{"type":"object","maximum":12345678901234567890,"multipleOf":1.10,"default":1e400}';
    const parts = [
      '"model":"m"',
      `"tools":[{"type":"function","function":{"name":"e"}},{"type":"function","function":{"parameters": ${numbers} ,"name":"f"}}]`,
      `"response_format":{"type":"json_schema","json_schema":{"schema":${numbers},"name":"n"}}`,
      `"messages":[{"role":"user","content":"u"},{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":${JSON.stringify(numbers)}}}]},{"role":"tool","tool_call_id":"c","content":"x"}]`,
    ];
    const sent = textOf(`{${parts.join(',\n')}}`);
    expect(sent).toContain(`"name":"f","input_schema":${numbers}`);
    expect(sent).toContain(`"schema":${numbers}`);
    expect(sent).toContain(`"input":${numbers}`);
  });
});
