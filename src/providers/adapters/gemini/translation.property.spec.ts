import fc from 'fast-check';
import {
  anyText as text,
  blocks,
  chatsOf,
  COMMON_BREAKS,
  limits,
  maybe,
  objectJson,
  said,
} from '../../../../test/support/translation/chat-arbitraries';
import { readSpelled, writeSpliced, type Json } from '../../../../test/support/translation/spelled-json';
import type { ModelTraits } from '../../contract/adapter';
import { check, toLine } from './to-line';

const ENDPOINT = '/v1/chat/completions' as const;
const RUNS = 400;

const someText = text.filter((value) => value !== '');
const textPart = text.map((value) => ({ type: 'text', text: value }));
const imagePart = fc
  .constantFrom('data:image/png;base64,AAAA', 'data:image/webp;base64,AAA=', 'gs://bucket/a b')
  .map((url) => ({ type: 'image_url', image_url: { url } }));
const filePart = maybe(text).map((filename) => ({
  type: 'file',
  file: { file_data: 'data:application/pdf;base64,AAAA', ...(filename !== undefined && { filename }) },
}));
const audioPart = fc
  .constantFrom('wav', 'mp3')
  .map((format) => ({ type: 'input_audio', input_audio: { data: 'AAAA', format } }));
const texts = fc.oneof(text, fc.array(textPart, { maxLength: 3 }));
const userContent = fc.oneof(
  someText,
  fc
    .tuple(fc.array(fc.oneof(textPart, imagePart, filePart, audioPart), { maxLength: 3 }), someText)
    .map(([parts, last]) => [...parts, { type: 'text', text: last }]),
);
const extra = maybe(fc.constantFrom('c2ln', 'skip_thought_signature_validator')).map((signature) =>
  signature === undefined ? {} : { extra_content: { google: { thought_signature: signature } } },
);

const user = userContent.map((content) => [{ role: 'user', content }]);
const spoken = fc.tuple(someText, extra).map(([content, more]) => [{ role: 'assistant', content, ...more }]);
const name = fc.stringMatching(/^[a-z_]{1,8}$/);
const asked = fc
  .tuple(
    maybe(texts),
    fc.array(fc.tuple(name, objectJson, texts, extra), { minLength: 1, maxLength: 3 }),
    fc.boolean(),
    fc.uuid(),
  )
  .map(([content, calls, reversed, seed]) => {
    const made = calls.map(([called, json, , more], index) => ({
      ...{ id: `${seed} ${index}`, type: 'function', function: { name: called, arguments: json } },
      ...more,
    }));
    const answers = calls.map(([, , answer], index) => ({
      role: 'tool',
      tool_call_id: `${seed} ${index}`,
      content: answer,
    }));
    return [
      { role: 'assistant', content: content ?? null, tool_calls: made },
      ...(reversed ? answers.reverse() : answers),
    ];
  });
const messages = chatsOf(texts, user, spoken, asked);

const tool = fc
  .record({ description: maybe(text), strict: maybe(fc.boolean()), parameters: maybe(objectJson) })
  .map((own) => ({ type: 'function', function: { name: 'f', ...own } }));
const between = (min: number, max: number) => maybe(fc.double({ min, max, noNaN: true }));
const options = fc.record({
  limit: limits,
  stop: maybe(fc.oneof(fc.constant('END'), fc.array(fc.constantFrom('a', ' '), { maxLength: 5 }))),
  temperature: between(0, 2),
  top_p: between(0, 1),
  seed: maybe(fc.integer()),
  presence_penalty: between(-2, 2),
  frequency_penalty: between(-2, 2),
  probabilities: fc.constantFrom({}, { logprobs: false }, { logprobs: true }, { logprobs: true, top_logprobs: 20 }),
  format: maybe(
    fc.oneof(
      fc.constantFrom('text', 'json_object'),
      objectJson.map((schema) => ({ schema })),
    ),
  ),
  effort: fc.constantFrom(
    ...[{}, { reasoning: 'none', reasoning_effort: 'none' }],
    ...['minimal', 'low', 'medium', 'high'].map((effort) => ({ reasoning: 'level', reasoning_effort: effort })),
    ...['none', 'low', 'high'].map((effort) => ({ reasoning: 'budget', reasoning_effort: effort })),
  ),
  tools: maybe(fc.array(tool, { minLength: 1, maxLength: 2 })),
  tool_choice: maybe(fc.constantFrom('auto', 'required', 'none', { type: 'function', function: { name: 'f' } })),
  dropped: fc.constantFrom({}, { n: 1, stream: false, metadata: { a: 'b' }, service_tier: 'auto', user: 'u' }),
});
type Options = typeof options extends fc.Arbitrary<infer T> ? T : never;

/** The body as JSON: schemas are spliced in as they are spelled. */
function bodyOf(list: readonly Json[], chosen: Options): string {
  const { limit, dropped, probabilities, format, effort, tools, tool_choice: choice, ...rest } = chosen;
  return writeSpliced((splice) => ({
    model: 'gemini/x',
    messages: list,
    tools: tools?.map((each) => ({
      ...each,
      function: { ...each.function, parameters: splice(each.function.parameters) },
    })),
    ...(tools && { tool_choice: choice }),
    ...(typeof format === 'string' && { response_format: { type: format } }),
    ...(typeof format === 'object' && {
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema: splice(format.schema) } },
    }),
    ...('reasoning_effort' in effort && { reasoning_effort: effort.reasoning_effort }),
    ...limit,
    ...dropped,
    ...probabilities,
    ...rest,
  }));
}

const modelOf = ({ effort }: Options) => ({
  upstream: 'gemini-x',
  traits: 'reasoning' in effort ? ({ reasoning: effort.reasoning } as ModelTraits) : {},
});
const signatureIn = ({ extra_content: given }: Json) => given?.google.thought_signature;

function saidInPart(part: Json): unknown[] {
  switch (part['type']) {
    case 'image_url':
      return [part['image_url'].url];
    case 'file':
      return [part['file'].file_data];
    case 'input_audio':
      return [`data:audio/${part['input_audio'].format};base64,${part['input_audio'].data}`];
    default:
      return part['text'] === '' ? [] : [{ text: part['text'] }];
  }
}

/** All that is said in a chat, turn by turn; of the answers to calls, in the order of the calls. */
function saidInChat(list: readonly Json[]): unknown[] {
  const system = list.filter(({ role }) => role === 'system' || role === 'developer');
  const answers = new Map(list.map(({ tool_call_id: id, content }) => [id, said(content)]));
  const turns = list.flatMap((message): unknown[] => {
    if (message['role'] === 'user') return [['user', blocks(message['content']).flatMap(saidInPart)]];
    if (message['role'] !== 'assistant') return [];
    const calls: Json[] = message['tool_calls'] ?? [];
    const own = calls.map((call) => [
      'call',
      call['id'],
      call['function'].name,
      readSpelled(call['function'].arguments),
      signatureIn(call),
    ]);
    const spokenTexts = said(message['content']).map((each) => ({ text: each }));
    const results = calls.map((call) => ['answer', call['id'], call['function'].name, answers.get(call['id'])]);
    return [
      ['model', [...spokenTexts, ...own], signatureIn(message)],
      ...(calls.length > 0 ? [['user', results]] : []),
    ];
  });
  return [system.flatMap(({ content }) => said(content)), ...turns];
}

/** The same of the vendor's request, read with its numbers as they are spelled. */
function saidInRequest({ systemInstruction, contents }: Json): unknown[] {
  const turns = contents.map(({ role, parts }: Json) => {
    const own = parts.map((part: Json) => {
      const { functionCall: call, functionResponse: answer, inlineData: data, fileData: file } = part;
      if (call) return ['call', call.id, call.name, call.args, part['thoughtSignature']];
      if (file) return file.fileUri;
      if (data) return `data:${data.mimeType};base64,${data.data}`;
      if (!answer) return { text: part['text'] };
      const { result } = answer.response;
      return ['answer', answer.id, answer.name, Array.isArray(result) ? result : result === '' ? [] : [result]];
    });
    const signature = parts.findLast((part: Json) => 'text' in part)?.thoughtSignature;
    return role === 'model' ? [role, own, signature] : [role, own];
  });
  return [(systemInstruction?.parts ?? []).map((part: Json) => part['text']), ...turns];
}

const MODES: Json = { auto: 'AUTO', required: 'ANY', none: 'NONE' };
const BUDGETS: Json = { none: 0, low: 1024, high: 24_576 };
const spelled = (value: unknown) => (value === undefined ? undefined : `#${JSON.stringify(value)}`);

/** What the options of a chat mean, as the vendor's configuration. */
function meaningOf(chosen: Options): Json {
  const { limit, stop, format, effort, probabilities, tools, tool_choice: choice } = chosen;
  const isStrict = tools?.some(({ function: { strict } }) => strict);
  const named = typeof choice === 'object' ? ['f'] : undefined;
  const mode = named ? 'ANY' : MODES[(choice as string) ?? ''];
  const config = {
    maxOutputTokens: spelled(Object.values(limit)[0]),
    stopSequences: stop === undefined || stop.length === 0 ? undefined : [stop].flat(),
    temperature: spelled(chosen.temperature),
    topP: spelled(chosen.top_p),
    seed: spelled(chosen.seed),
    presencePenalty: spelled(chosen.presence_penalty),
    frequencyPenalty: spelled(chosen.frequency_penalty),
    responseLogprobs: ('logprobs' in probabilities && probabilities.logprobs) || undefined,
    logprobs: 'top_logprobs' in probabilities ? spelled(probabilities.top_logprobs) : undefined,
    responseMimeType: format === undefined || format === 'text' ? undefined : 'application/json',
    responseJsonSchema: typeof format === 'object' ? readSpelled(format.schema) : undefined,
    thinkingConfig: thinkingOf(effort),
  };
  return {
    config: Object.values(config).every((value) => value === undefined) ? undefined : config,
    tools: tools?.map(({ function: { parameters, description, name: own } }) => ({
      name: own,
      description,
      parametersJsonSchema: parameters === undefined ? undefined : readSpelled(parameters),
    })),
    calling:
      tools &&
      (isStrict && mode !== 'ANY' && mode !== 'NONE'
        ? { mode: 'VALIDATED' }
        : mode && { mode, allowedFunctionNames: named }),
  };
}

function thinkingOf(effort: Options['effort']): Json | undefined {
  if (!('reasoning_effort' in effort) || effort.reasoning === 'none') return undefined;
  if (effort.reasoning === 'level') return { thinkingLevel: effort.reasoning_effort.toUpperCase() };
  return { thinkingBudget: spelled(BUDGETS[effort.reasoning_effort ?? '']) };
}

const refusals = (body: string, chosen: Options) =>
  check({ endpoint: ENDPOINT, body: Buffer.from(body) }, modelOf(chosen));

describe('the translation', () => {
  it('takes every request that it can translate, and loses nothing of it', () => {
    fc.assert(
      fc.property(messages, options, (list, chosen) => {
        const body = bodyOf(list, chosen);
        expect(refusals(body, chosen)).toEqual([]);
        const item = { endpoint: ENDPOINT, body: Buffer.from(body) };
        const line = toLine(item, 'r0000000-abcd1234', modelOf(chosen)).toString();
        expect(line).not.toMatch(/[\r\n]/);
        const { key, request } = readSpelled(line);
        expect(key).toBe('r0000000-abcd1234');
        expect(saidInRequest(request)).toEqual(saidInChat(list));
        expect({
          config: request.generationConfig,
          tools: request.tools?.[0].functionDeclarations,
          calling: request.toolConfig?.functionCallingConfig,
        }).toEqual(meaningOf(chosen));
      }),
      { numRuns: RUNS },
    );
  });

  const breaks: readonly ((chat: Json, at: number) => string)[] = [
    ...['logit_bias', 'prediction', 'audio', 'verbosity', 'function_call', 'constructor', 'x'].map(
      (key) => (chat: Json) => {
        Object.assign(chat, { [key]: { a: 1 } });
        return key;
      },
    ),
    ...[
      { n: 2 },
      { temperature: 2.5 },
      { top_p: 2 },
      { seed: 2 ** 31 },
      { presence_penalty: -2.5 },
      { logprobs: 'yes' },
      { stop: ['1', '2', '3', '4', '5', '6'] },
      { store: true },
      { parallel_tool_calls: false },
      { max_tokens: -1 },
      { reasoning_effort: 'max' },
      { response_format: { type: 'xml' } },
    ].map((wrong) => (chat: Json) => {
      delete chat['max_completion_tokens'];
      delete chat['top_logprobs'];
      delete chat['response_format'];
      Object.assign(chat, wrong);
      return Object.keys(wrong)[0] === 'response_format' ? 'response_format.type' : (Object.keys(wrong)[0] ?? '');
    }),
    (chat) => {
      chat['messages'].push({ role: 'user', content: [{ type: 'text', text: 'x' }, { type: 'refusal' }] });
      return `messages.${chat['messages'].length - 1}.content.1.type`;
    },
    ...COMMON_BREAKS,
  ];

  it('names the one field of a request that it cannot translate, and no other', () => {
    fc.assert(
      fc.property(messages, options, fc.constantFrom(...breaks), fc.nat(), (list, chosen, wrong, at) => {
        const chat = JSON.parse(bodyOf(list, chosen)) as Json;
        const path = wrong(chat, at % list.length);
        const refused = refusals(JSON.stringify(chat), chosen);
        expect(refused.map((each) => each.path.join('.'))).toEqual([path]);
      }),
      { numRuns: RUNS },
    );
  });
});
