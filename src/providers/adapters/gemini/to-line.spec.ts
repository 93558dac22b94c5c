import type { Content, GenerationConfig, Part, Tool, ToolConfig } from '@google/genai' with {
  'resolution-mode': 'import',
};
import type { ModelTraits } from '../../contract/adapter';
import type { JsonText } from '../../translation/raw-json';
import type { GenerateRequest, Turn } from './request';
import { toLine } from './to-line';

/** As the request is once its JSON is read: the caller's own JSON is some object. */
type Read<T> = T extends JsonText
  ? Record<string, unknown>
  : T extends (infer Element)[]
    ? Read<Element>[]
    : T extends object
      ? { [Key in keyof T]: Read<T[Key]> }
      : T;

/** As the vendor's types, whose words are enums, take words. */
type Worded<T> = T extends string
  ? `${T}`
  : T extends (infer Element)[]
    ? Worded<Element>[]
    : T extends object
      ? { [Key in keyof T]: Worded<T[Key]> }
      : T;

/** The vendor's request, which its SDK puts together from these types. */
interface VendorRequest {
  contents: Worded<Content>[];
  systemInstruction?: Worded<Content>;
  tools?: Worded<Tool>[];
  toolConfig?: Worded<ToolConfig>;
  generationConfig?: Worded<GenerationConfig>;
}

/** Members of ours that the vendor does not name. */
type Unnamed<Ours, Theirs> = Exclude<Ours extends unknown ? keyof Ours : never, keyof Theirs>;
/** Compiles only where no name is left. */
type None<Names extends never> = Names;
type Others = [
  None<Unnamed<GenerateRequest, VendorRequest>>,
  None<Unnamed<NonNullable<GenerateRequest['generationConfig']>, GenerationConfig>>,
  None<Unnamed<Turn['parts'][number], Part>>,
];

/** Compiles as long as what we send is what the vendor's own types take, and has no member that they do not name. */
const asVendorTypes = (request: Read<GenerateRequest>, ..._: Partial<Others>): VendorRequest => request;

const USER = { role: 'user', content: 'hi' };
const ITEM_ID = 'r0000000-abcd1234';

function textOf(body: string, traits: ModelTraits = {}): string {
  const item = { endpoint: '/v1/chat/completions' as const, body: Buffer.from(body) };
  const line = toLine(item, ITEM_ID, { upstream: 'gemini', traits }).toString();
  const head = `{"key":"${ITEM_ID}","request":`;
  expect([line.startsWith(head), line.includes('\n')]).toEqual([true, false]);
  return line.slice(head.length, -1);
}

function request(body: object, traits: ModelTraits = {}): VendorRequest {
  const text = textOf(JSON.stringify({ model: 'gemini/x', messages: [USER], ...body }), traits);
  return asVendorTypes(JSON.parse(text) as Read<GenerateRequest>);
}
const contents = (...messages: object[]) => request({ messages }).contents;
const text = (said: string) => ({ text: said });
const extra = (signature: string | null) => ({ extra_content: { google: { thought_signature: signature } } });

describe('toLine', () => {
  it('sends the message of the least request, and nothing else', () => {
    expect(request({})).toEqual({ contents: [{ role: 'user', parts: [text('hi')] }] });
    const dropped = {
      metadata: { a: 'b' },
      service_tier: 'flex',
      prompt_cache_key: 'k',
      store: false,
      n: 1,
      user: 'u',
    };
    const neutral = { response_format: { type: 'text' }, stop: [], tools: [], logprobs: false, tool_choice: 'none' };
    expect(request({ ...dropped, ...neutral, safety_identifier: 's', temperature: null })).toEqual(request({}));
  });

  it.each<[object, object, ModelTraits?]>([
    [{ max_tokens: 5 }, { maxOutputTokens: 5 }],
    [{ max_completion_tokens: 6 }, { maxOutputTokens: 6 }],
    [{ stop: 'a' }, { stopSequences: ['a'] }],
    [{ stop: ['a', 'b'] }, { stopSequences: ['a', 'b'] }],
    [{ temperature: 0 }, { temperature: 0 }],
    [{ top_p: 0.25 }, { topP: 0.25 }],
    [{ seed: -1 }, { seed: -1 }],
    [{ presence_penalty: 0 }, { presencePenalty: 0 }],
    [{ frequency_penalty: -2 }, { frequencyPenalty: -2 }],
    [{ logprobs: true }, { responseLogprobs: true }],
    [
      { logprobs: true, top_logprobs: 0 },
      { responseLogprobs: true, logprobs: 0 },
    ],
    [{ response_format: { type: 'json_object' } }, { responseMimeType: 'application/json' }],
    [
      {
        response_format: { type: 'json_schema', json_schema: { name: 'n', strict: true, schema: { type: 'object' } } },
      },
      { responseMimeType: 'application/json', responseJsonSchema: { type: 'object' } },
    ],
    [{ reasoning_effort: 'minimal' }, { thinkingConfig: { thinkingLevel: 'MINIMAL' } }, { reasoning: 'level' }],
    [{ reasoning_effort: 'low' }, { thinkingConfig: { thinkingLevel: 'LOW' } }, { reasoning: 'level' }],
    [{ reasoning_effort: 'medium' }, { thinkingConfig: { thinkingLevel: 'MEDIUM' } }, { reasoning: 'level' }],
    [{ reasoning_effort: 'high' }, { thinkingConfig: { thinkingLevel: 'HIGH' } }, { reasoning: 'level' }],
    [{ reasoning_effort: 'none' }, { thinkingConfig: { thinkingBudget: 0 } }, { reasoning: 'budget' }],
    [{ reasoning_effort: 'minimal' }, { thinkingConfig: { thinkingBudget: 1024 } }, { reasoning: 'budget' }],
    [{ reasoning_effort: 'low' }, { thinkingConfig: { thinkingBudget: 1024 } }, { reasoning: 'budget' }],
    [{ reasoning_effort: 'medium' }, { thinkingConfig: { thinkingBudget: 8192 } }, { reasoning: 'budget' }],
    [{ reasoning_effort: 'high' }, { thinkingConfig: { thinkingBudget: 24_576 } }, { reasoning: 'budget' }],
  ])('sends %j as %j', (body, generationConfig, traits = {}) => {
    expect(request(body, traits)).toEqual({ ...request({}), generationConfig });
  });

  it('does not tell a model that never thinks not to', () => {
    expect(request({ reasoning_effort: 'none' }, { reasoning: 'none' })).toEqual(request({}));
  });

  const tool = (strict: boolean | null = null) => ({
    type: 'function',
    function: { name: 'f', description: 'd', strict, parameters: { type: 'object' } },
  });

  it.each<[object, object | undefined, boolean?]>([
    [{}, undefined],
    [{ tool_choice: 'auto' }, { mode: 'AUTO' }],
    [{ tool_choice: 'required' }, { mode: 'ANY' }],
    [{ tool_choice: 'none' }, { mode: 'NONE' }],
    [{ tool_choice: { type: 'function', function: { name: 'f' } } }, { mode: 'ANY', allowedFunctionNames: ['f'] }],
    [{ parallel_tool_calls: true }, undefined],
    [{}, { mode: 'VALIDATED' }, true],
    [{ tool_choice: 'auto' }, { mode: 'VALIDATED' }, true],
    [{ tool_choice: 'required' }, { mode: 'ANY' }, true],
    [{ tool_choice: 'none' }, { mode: 'NONE' }, true],
  ])('sends the choice %j as %j', (body, config, strict = false) => {
    const sent = request({ tools: [tool(false), tool(strict)], ...body });
    const declaration = { name: 'f', description: 'd', parametersJsonSchema: { type: 'object' } };
    expect(sent.tools).toEqual([{ functionDeclarations: [declaration, declaration] }]);
    expect(sent.toolConfig).toEqual(config && { functionCallingConfig: config });
  });

  it('declares a function without parameters without a schema', () => {
    const sent = request({ tools: [{ type: 'function', function: { name: 'f' } }] });
    expect(sent.tools).toEqual([{ functionDeclarations: [{ name: 'f' }] }]);
  });

  it('gathers the instructions', () => {
    const messages = [
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
    ];
    expect(request({ messages })).toEqual({ ...request({}), systemInstruction: { parts: [text('a'), text('b')] } });
  });

  it('answers all calls in one turn, in the order of the calls, each under the name of its function', () => {
    const call = (id: string, name: string, more: object = {}) => ({
      ...{ id, type: 'function', function: { name, arguments: `{"of":"${id}"}` } },
      ...more,
    });
    const sent = contents(
      { role: 'user', content: 'a' },
      { role: 'user', content: [{ type: 'text', text: 'b' }] },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'c' },
          { type: 'text', text: 'd' },
        ],
        ...extra('c2ln'),
      },
      { role: 'assistant', content: '', ...extra(null), tool_calls: [call('x', 'f', extra('eA==')), call('y', 'g')] },
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
    expect(sent).toEqual([
      { role: 'user', parts: [text('a')] },
      { role: 'user', parts: [text('b')] },
      { role: 'model', parts: [text('c'), { text: 'd', thoughtSignature: 'c2ln' }] },
      {
        role: 'model',
        parts: [
          { functionCall: { id: 'x', name: 'f', args: { of: 'x' } }, thoughtSignature: 'eA==' },
          { functionCall: { id: 'y', name: 'g', args: { of: 'y' } } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'x', name: 'f', response: { result: ['X', 'XX'] } } },
          { functionResponse: { id: 'y', name: 'g', response: { result: 'Y' } } },
        ],
      },
      { role: 'user', parts: [text('e')] },
    ]);
  });

  it('sends images, PDFs and sounds', () => {
    const content = [
      { type: 'image_url', image_url: { url: 'data:image/JPEG;base64,AAAA' } },
      { type: 'image_url', image_url: { url: 'gs://bucket/a.png' } },
      { type: 'image_url', image_url: { url: 'https://generativelanguage.googleapis.com/v1beta/files/abc-1' } },
      { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAA=' } },
      { type: 'input_audio', input_audio: { data: 'AA==', format: 'mp3' } },
    ];
    expect(contents({ role: 'user', content })[0]?.parts).toEqual([
      { inlineData: { mimeType: 'image/jpeg', data: 'AAAA' } },
      { fileData: { fileUri: 'gs://bucket/a.png' } },
      { fileData: { fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/abc-1' } },
      { inlineData: { mimeType: 'application/pdf', data: 'AAA=' } },
      { inlineData: { mimeType: 'audio/mp3', data: 'AA==' } },
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
    expect(sent).toContain(`"name":"f","parametersJsonSchema":${numbers}`);
    expect(sent).toContain(`"responseJsonSchema":${numbers}`);
    expect(sent).toContain(`"args":${numbers}`);
  });

  it.each<[object, object]>([
    [{ input: 'a' }, { content: { parts: [text('a')] } }],
    [{ input: ['a'], encoding_format: 'float', user: 'u' }, { content: { parts: [text('a')] } }],
    [
      { input: 'a', dimensions: 256 },
      { content: { parts: [text('a')] }, outputDimensionality: 256 },
    ],
  ])('sends the embedding %j as %j', (body, sent) => {
    const item = { endpoint: '/v1/embeddings' as const, body: Buffer.from(JSON.stringify({ model: 'x', ...body })) };
    const line = toLine(item, ITEM_ID, { upstream: 'gemini-embedding-001', traits: {} });
    expect(JSON.parse(line.toString())).toEqual({ key: ITEM_ID, request: sent });
  });
});
