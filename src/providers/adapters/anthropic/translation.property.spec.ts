import fc from 'fast-check';
import {
  anyText,
  blocks,
  chatsOf,
  COMMON_BREAKS,
  limits,
  maybe,
  objectJson,
  said,
} from '../../../../test/support/translation/chat-arbitraries';
import { readSpelled, writeSpliced, type Json } from '../../../../test/support/translation/spelled-json';
import { checkChat } from './check-chat';
import { DEFAULT_MAX_TOKENS } from './options';
import { toLine } from './to-params';

const ENDPOINT = '/v1/chat/completions' as const;
const MODEL = { upstream: 'claude', traits: {} };
const RUNS = 400;

const text = anyText.filter((value) => value === '' || value.trim() !== '');
const someText = text.filter((value) => value !== '');
const textPart = text.map((value) => ({ type: 'text', text: value }));
const imagePart = fc
  .constantFrom('https://x/y.png', 'http://x/?a=1#b', 'data:image/png;base64,AAAA', 'data:image/webp;base64,AAA=')
  .map((url) => ({ type: 'image_url', image_url: { url } }));
const filePart = maybe(someText).map((filename) => ({
  type: 'file',
  file: { file_data: 'data:application/pdf;base64,AAAA', ...(filename !== undefined && { filename }) },
}));
const texts = fc.oneof(text, fc.array(textPart, { maxLength: 3 }));
const userContent = fc.oneof(
  someText,
  fc
    .tuple(fc.array(fc.oneof(textPart, imagePart, filePart), { maxLength: 3 }), someText)
    .map(([parts, last]) => [...parts, { type: 'text', text: last }]),
);

const user = userContent.map((content) => [{ role: 'user', content }]);
const spoken = someText.map((content) => [{ role: 'assistant', content }]);
const name = fc.stringMatching(/^[a-z_]{1,8}$/);
const asked = fc
  .tuple(
    maybe(texts),
    fc.array(fc.tuple(name, objectJson, texts), { minLength: 1, maxLength: 3 }),
    fc.boolean(),
    fc.uuid(),
  )
  .map(([content, calls, reversed, seed]) => {
    const made = calls.map(([called, json], index) => ({
      id: `${seed}_${index}`,
      type: 'function',
      function: { name: called, arguments: json },
    }));
    const answers = calls.map(([, , answer], index) => ({
      role: 'tool',
      tool_call_id: `${seed}_${index}`,
      content: answer,
    }));
    return [
      { role: 'assistant', content: content ?? null, tool_calls: made },
      ...(reversed ? answers.reverse() : answers),
    ];
  });
const messages = chatsOf(texts, user, spoken, asked);

const tool = fc
  .record({ name, description: maybe(text), strict: maybe(fc.boolean()), parameters: maybe(objectJson) })
  .map((own) => ({ type: 'function', function: own }));
const unit = fc.double({ min: 0, max: 1, noNaN: true });

/** A choice that names a tool names one that there is. */
function ofATool<C>(choice: C, tools: readonly { function: { name: string } }[] | undefined) {
  const [first] = tools ?? [];
  return typeof choice === 'object' && first ? { type: 'function', function: { name: first.function.name } } : choice;
}

const options = fc
  .record({
    limit: limits,
    stop: maybe(fc.oneof(fc.constant('END'), fc.array(fc.constantFrom('a', ' b'), { maxLength: 2 }))),
    temperature: maybe(unit),
    top_p: maybe(unit),
    schema: maybe(objectJson),
    reasoning_effort: maybe(fc.constantFrom('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max')),
    user: maybe(text),
    tools: maybe(fc.array(tool, { minLength: 1, maxLength: 2 })),
    tool_choice: maybe(fc.constantFrom('auto', 'required', 'none', { type: 'function', function: { name: 'f' } })),
    parallel_tool_calls: maybe(fc.boolean()),
    dropped: fc.constantFrom({}, { n: 1, stream: false, metadata: { a: 'b' }, service_tier: 'auto', logprobs: false }),
  })
  .map((chosen) => ({ ...chosen, tool_choice: ofATool(chosen.tool_choice, chosen.tools) }));
type Options = typeof options extends fc.Arbitrary<infer T> ? T : never;

/** The body as JSON: schemas are spliced in as they are spelled. */
function bodyOf(list: readonly Json[], { limit, dropped, schema, tools, tool_choice, ...rest }: Options): string {
  return writeSpliced((splice) => ({
    model: 'anthropic/x',
    messages: list,
    tools: tools?.map((each) => ({
      ...each,
      function: { ...each.function, parameters: splice(each.function.parameters) },
    })),
    ...(tools && { tool_choice }),
    ...(schema && { response_format: { type: 'json_schema', json_schema: { name: 'n', schema: splice(schema) } } }),
    ...limit,
    ...dropped,
    ...rest,
  }));
}

const dataUri = ({ media_type, data }: Json) => `data:${media_type};base64,${data}`;

/** All that is said in a chat, in order; who says it, and no more of how it is cut into messages. */
function saidInChat(list: readonly Json[]): unknown[] {
  return list.flatMap((message) => {
    const role = message['role'] === 'developer' ? 'system' : message['role'];
    if (role === 'tool') return [['answer', message['tool_call_id'], said(message['content'])]];
    const parts = blocks(message['content']).flatMap((part): unknown[] => {
      if (part['type'] === 'image_url') return [[role, 'image', part['image_url'].url]];
      if (part['type'] === 'file') return [[role, 'file', part['file'].file_data, part['file'].filename]];
      return part['text'] === '' ? [] : [[role, part['text']]];
    });
    const calls = (message['tool_calls'] ?? []).map((call: Json) => {
      return ['call', call['id'], call['function'].name, readSpelled(call['function'].arguments)];
    });
    return [...parts, ...calls];
  });
}

/** The same of the vendor's params, read with their numbers as they are spelled. */
function saidInParams({ system, messages: turns }: Json): unknown[] {
  const first = blocks(system).map((block) => ['system', block['text']]);
  const rest = turns.flatMap(({ role, content }: Json) =>
    blocks(content).map((block): unknown => {
      const { source } = block;
      if (block['type'] === 'tool_result') return ['answer', block['tool_use_id'], said(block['content'])];
      if (block['type'] === 'tool_use') return ['call', block['id'], block['name'], block['input']];
      if (block['type'] === 'image') return [role, 'image', source.url ?? dataUri(source)];
      if (block['type'] === 'document') return [role, 'file', dataUri(source), block['title']];
      return [role, block['text']];
    }),
  );
  return [...first, ...rest];
}

const CHOICES: Json = { auto: 'auto', any: 'required', none: 'none' };

/** The chat's options, read back from the vendor's params. */
function optionsIn(params: Json): Json {
  const { tool_choice: choice, output_config: config, thinking } = params;
  return {
    limit: params['max_tokens'],
    stop: params['stop_sequences'] ?? [],
    temperature: params['temperature'],
    top_p: params['top_p'],
    schema: config?.format?.schema,
    effort: thinking?.type === 'disabled' ? 'off' : config?.effort,
    thinks: thinking?.type === 'adaptive',
    user: params['metadata']?.user_id,
    tools: params['tools'],
    choice: choice?.name ?? CHOICES[choice?.type],
    alone: choice?.disable_parallel_tool_use ?? false,
  };
}

/** What the options of a chat mean. */
function meaningOf(chosen: Options): Json {
  const { limit, stop, reasoning_effort: effort, tools, tool_choice: choice, parallel_tool_calls: parallel } = chosen;
  const spelled = (value: number | undefined) => (value === undefined ? undefined : `#${JSON.stringify(value)}`);
  const off = effort === 'none' || effort === 'minimal';
  const alone = tools !== undefined && parallel === false && choice !== 'none';
  return {
    limit: `#${Object.values(limit)[0] ?? DEFAULT_MAX_TOKENS}`,
    stop: typeof stop === 'string' ? [stop] : (stop ?? []),
    temperature: spelled(chosen.temperature),
    top_p: spelled(chosen.top_p),
    schema: chosen.schema && readSpelled(chosen.schema),
    effort: off ? 'off' : effort,
    thinks: effort !== undefined && !off,
    user: chosen.user,
    tools: tools?.map(({ function: { parameters, description, strict, ...own } }) => ({
      ...own,
      ...(description !== undefined && { description }),
      ...(strict !== undefined && { strict }),
      input_schema: parameters === undefined ? { type: 'object', properties: {} } : readSpelled(parameters),
    })),
    choice: tools && (typeof choice === 'object' ? choice.function.name : (choice ?? (alone ? 'auto' : undefined))),
    alone,
  };
}

const refusals = (body: string) => checkChat({ endpoint: ENDPOINT, body: Buffer.from(body) }, MODEL);

describe('the translation', () => {
  it('takes every request that it can translate, and loses nothing of it', () => {
    fc.assert(
      fc.property(messages, options, (list, chosen) => {
        const body = bodyOf(list, chosen);
        expect(refusals(body)).toEqual([]);
        const line = toLine({ endpoint: ENDPOINT, body: Buffer.from(body) }, 'r0000000-abcd1234', MODEL).toString();
        expect(line).not.toMatch(/[\r\n]/);
        const { custom_id: id, params } = readSpelled(line);
        expect([id, params.model]).toEqual(['r0000000-abcd1234', 'claude']);
        expect(saidInParams(params)).toEqual(saidInChat(list));
        expect(optionsIn(params)).toEqual(meaningOf(chosen));
        const roles = params.messages.map(({ role }: Json) => role);
        expect([roles[0], roles.at(-1), roles.some((role: string, at: number) => role === roles[at + 1])]).toEqual([
          'user',
          'user',
          false,
        ]);
      }),
      { numRuns: RUNS },
    );
  });

  const breaks: readonly ((chat: Json, at: number) => string)[] = [
    ...['seed', 'logit_bias', 'prediction', 'audio', 'verbosity', 'function_call', 'constructor', 'x'].map(
      (key) => (chat: Json) => {
        Object.assign(chat, { [key]: { a: 1 } });
        return key;
      },
    ),
    ...[
      { n: 2 },
      { temperature: 1.5 },
      { top_p: 2 },
      { stop: '' },
      { store: true },
      { user: 1 },
      { max_tokens: -1 },
    ].map((wrong) => (chat: Json) => {
      delete chat['max_completion_tokens'];
      Object.assign(chat, wrong);
      return Object.keys(wrong)[0] ?? '';
    }),
    (chat) => {
      chat['messages'].push({ role: 'user', content: [{ type: 'text', text: 'x' }, { type: 'input_audio' }] });
      return `messages.${chat['messages'].length - 1}.content.1.type`;
    },
    ...COMMON_BREAKS,
  ];

  it('names the one field of a request that it cannot translate, and no other', () => {
    fc.assert(
      fc.property(messages, options, fc.constantFrom(...breaks), fc.nat(), (list, chosen, wrong, at) => {
        const chat = JSON.parse(bodyOf(list, chosen)) as Json;
        const path = wrong(chat, at % list.length);
        expect(refusals(JSON.stringify(chat)).map((refused) => refused.path.join('.'))).toEqual([path]);
      }),
      { numRuns: RUNS },
    );
  });
});
