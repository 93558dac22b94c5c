import fc from 'fast-check';
import { anyText, blocks, maybe, objectJson, said } from '../../../test/support/translation/chat-arbitraries';
import { readSpelled, writeSpliced, type Json } from '../../../test/support/translation/spelled-json';
import { checkChat } from '../adapters/anthropic/check-chat';
import { toCompletion } from '../adapters/anthropic/from-message';
import { toLine } from '../adapters/anthropic/to-params';
import { checkParams } from './check-params';
import { toChat } from './to-chat';
import { toMessage } from './to-message';

const RUNS = 400;
const TRAITS = { efforts: ['none', 'low', 'medium', 'high', 'xhigh', 'max'] } as const;

const someText = anyText.filter((text) => text.trim() !== '');
const textBlock = someText.map((text) => ({ type: 'text', text }));
const imageBlock = fc
  .constantFrom(
    { type: 'url', url: 'https://x/y.png?a=1#b' },
    { type: 'base64', media_type: 'image/webp', data: 'AAA=' },
  )
  .map((source) => ({ type: 'image', source }));
const documentBlock = maybe(fc.oneof(someText, fc.constant(''))).map((title) => ({
  type: 'document',
  source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' },
  ...(title !== undefined && { title }),
}));
const texts = fc.oneof(someText, fc.array(textBlock, { minLength: 1, maxLength: 3 }));
const userBlocks = fc.array(fc.oneof(textBlock, imageBlock, documentBlock), { minLength: 1, maxLength: 3 });
const user = fc.oneof(someText, userBlocks).map((content) => [{ role: 'user', content }]);
const spoken = texts.map((content) => [{ role: 'assistant', content }]);
const name = fc.stringMatching(/^[a-z_]{1,8}$/);

/** A turn with calls, and the turn that answers them, which may go on. */
const asked = fc
  .record({
    text: maybe(textBlock),
    calls: fc.array(fc.tuple(name, objectJson, maybe(texts)), { minLength: 1, maxLength: 3 }),
    reversed: fc.boolean(),
    rest: fc.oneof(fc.constant([]), userBlocks),
    seed: fc.uuid(),
  })
  .map(({ text, calls, reversed, rest, seed }) => {
    const uses = calls.map(([called, input], at) => ({ type: 'tool_use', id: `${seed}_${at}`, name: called, input }));
    const results = calls.map(([, , content], at) => ({
      type: 'tool_result',
      tool_use_id: `${seed}_${at}`,
      ...(content !== undefined && { content }),
    }));
    return [
      { role: 'assistant', content: [...(text ? [text] : []), ...uses] },
      { role: 'user', content: [...(reversed ? results.reverse() : results), ...rest] },
    ];
  });
const turns: fc.Arbitrary<Json[]> = fc
  .tuple(user, fc.array(fc.oneof(user, spoken, asked), { maxLength: 4 }), fc.oneof(user, asked))
  .map(([first, middle, last]) => [...first, ...middle.flat(), ...last]);

const tool = fc.record({ name, description: maybe(anyText), strict: maybe(fc.boolean()), input_schema: objectJson });
const unit = fc.double({ min: 0, max: 1, noNaN: true });
const thoughts = fc.oneof(
  fc.constantFrom({}, { thinking: { type: 'disabled' } }),
  fc
    .constantFrom('low', 'medium', 'high', 'xhigh', 'max')
    .map((effort) => ({ thinking: { type: 'adaptive' }, effort })),
);
const options = fc.record({
  max_tokens: fc.integer({ min: 1, max: 100_000 }),
  system: maybe(texts),
  stop_sequences: maybe(fc.array(fc.constantFrom('a', ' b'), { maxLength: 2 })),
  temperature: maybe(unit),
  top_p: maybe(unit),
  schema: maybe(objectJson),
  thoughts,
  user: maybe(anyText),
  tools: maybe(fc.array(tool, { minLength: 1, maxLength: 2 })),
  choice: maybe(fc.constantFrom('auto', 'any', 'none', 'tool')),
  alone: maybe(fc.boolean()),
  neutral: fc.constantFrom({}, { stream: false, service_tier: 'auto', cache_control: null }),
});
type Options = typeof options extends fc.Arbitrary<infer T> ? T : never;

/** The params as JSON: schemas and inputs are spliced in as they are spelled. */
function paramsOf(list: readonly Json[], chosen: Options): string {
  const {
    schema,
    thoughts: { thinking, effort },
    user: userId,
    tools,
    choice,
    alone,
    neutral,
    ...rest
  } = {
    ...chosen,
    thoughts: chosen.thoughts as { thinking?: Json; effort?: string },
  };
  const parallel = alone !== undefined && choice !== 'none' ? { disable_parallel_tool_use: alone } : {};
  return writeSpliced((splice) => ({
    model: 'x',
    messages: list.map((turn) => ({ ...turn, content: spliced(turn['content'], splice) })),
    tools: tools?.map((each) => ({ ...each, input_schema: splice(each.input_schema) })),
    ...(tools &&
      choice && { tool_choice: { type: choice, ...(choice === 'tool' && { name: tools[0]?.name }), ...parallel } }),
    thinking,
    ...((effort || schema) && {
      output_config: { effort, ...(schema && { format: { type: 'json_schema', schema: splice(schema) } }) },
    }),
    ...(userId !== undefined && { metadata: { user_id: userId } }),
    ...neutral,
    ...rest,
  }));
}

function spliced(content: unknown, splice: (json: string) => string | undefined): unknown {
  if (!Array.isArray(content)) return content;
  return content.map((block: Json) => ('input' in block ? { ...block, input: splice(block['input']) } : block));
}

/** All that is said in params, in order: who says it, and no more of how it is cut into messages. `untitled` is for documents. */
function saidIn({ system, messages }: Json, untitled?: string): unknown[] {
  const rest = messages.flatMap(({ role, content }: Json) =>
    blocks(content).map((block): unknown => {
      if (block['type'] === 'tool_result') return ['answer', block['tool_use_id'], said(block['content'])];
      if (block['type'] === 'tool_use') return ['call', block['id'], block['name'], block['input']];
      if (block['type'] === 'text') return [role, block['text']];
      const titles = block['type'] === 'document' ? [block['title'] || untitled] : [];
      return [role, block['type'], block['source'], ...titles];
    }),
  );
  return [...blocks(system).map((block) => ['system', block['text']]), ...rest];
}

/** What the options of params mean. */
function meaningIn(params: Json): Json {
  const { tool_choice: choice, output_config: config } = params;
  const alone = choice?.disable_parallel_tool_use ?? false;
  return {
    limit: params['max_tokens'],
    stop: params['stop_sequences'] ?? [],
    sampling: [params['temperature'], params['top_p']],
    schema: config?.format?.schema,
    effort: config?.effort,
    thinking: params['thinking']?.type,
    user: params['metadata']?.user_id,
    tools: params['tools'],
    choice: choice && [choice.type, choice.name, alone],
  };
}

const refusals = (json: string) => checkParams(Buffer.from(json), TRAITS);

describe('the translation of params', () => {
  it('takes what a chat completion can say, and translated back it says the same', () => {
    fc.assert(
      fc.property(
        turns,
        options,
        fc.constantFrom('max_tokens', 'max_completion_tokens'),
        (list, chosen, answerLimit) => {
          const json = paramsOf(list, chosen);
          expect(refusals(json)).toEqual([]);
          const { body } = toChat(Buffer.from(json), { traits: TRAITS, answerLimit });
          expect(body.toString()).not.toMatch(/[\r\n]/);
          const item = { endpoint: '/v1/chat/completions', body } as const;
          const model = { upstream: 'x', traits: {} };
          expect(checkChat(item, model)).toEqual([]);
          const { params } = readSpelled(toLine(item, 'r1', model).toString());
          const wanted = readSpelled(json);
          expect(saidIn(params)).toEqual(saidIn(wanted, 'document.pdf'));
          expect(meaningIn(params)).toEqual(meaningIn(wanted));
        },
      ),
      { numRuns: RUNS },
    );
  });

  const BREAKS: readonly ((params: Json, at: number) => string)[] = [
    ...['top_k', 'container', 'mcp_servers', 'cache_control', 'speed', 'inference_geo', 'constructor', 'x'].map(
      (key) => (params: Json) => {
        Object.assign(params, { [key]: { a: 1 } });
        return key;
      },
    ),
    ...[
      { temperature: 1.5 },
      { top_p: -1 },
      { max_tokens: 0 },
      { max_tokens: '5' },
      { service_tier: 'standard_only' },
    ].map((wrong) => (params: Json) => {
      Object.assign(params, wrong);
      return Object.keys(wrong)[0] ?? '';
    }),
    (params) => {
      Object.assign(params, { thinking: { type: 'enabled', budget_tokens: 2000 } });
      delete params['output_config'];
      return 'thinking.budget_tokens';
    },
    (params) => {
      params['system'] = [{ type: 'text', text: 'x', cache_control: { type: 'ephemeral' } }];
      return 'system.0.cache_control';
    },
    (params) => {
      params['tools'] = [...(params['tools'] ?? []), { type: 'web_search_20260318', name: 'web_search' }];
      return `tools.${params['tools'].length - 1}.type`;
    },
    (params, at) => {
      params['messages'][at].name = 'x';
      return `messages.${at}.name`;
    },
    (params) => {
      const content = [{ type: 'text', text: 'x' }, { type: 'search_result' }];
      return `messages.${params['messages'].push({ role: 'user', content }) - 1}.content.1.type`;
    },
    (params) => {
      const content = [{ type: 'tool_result', tool_use_id: 'of nobody' }];
      params['messages'].push({ role: 'assistant', content: 'x' });
      return `messages.${params['messages'].push({ role: 'user', content }) - 1}.content.0.tool_use_id`;
    },
    (params) => `messages.${params['messages'].push({ role: 'assistant', content: 'prefill' }) - 1}`,
    (params) => `messages.${params['messages'].push({ role: 'user', content: '' }) - 1}.content`,
  ];

  it('names the one field that a chat completion cannot say, and no other', () => {
    fc.assert(
      fc.property(turns, options, fc.constantFrom(...BREAKS), fc.nat(), (list, chosen, wrong, at) => {
        const params = JSON.parse(paramsOf(list, chosen)) as Json;
        const path = wrong(params, at % list.length);
        expect(refusals(JSON.stringify(params)).map((refused) => refused.path.join('.'))).toEqual([path]);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('the translation of answers', () => {
  const REASONS = ['end_turn', 'max_tokens', 'tool_use', 'refusal'];
  const answer = fc.record({
    text: maybe(someText),
    thinking: maybe(someText),
    calls: fc.array(fc.tuple(fc.uuid(), name, objectJson), { maxLength: 3 }),
    reason: fc.constantFrom(...REASONS),
    counts: fc.tuple(fc.nat(), fc.nat(), fc.nat()),
  });

  it('gives back the message that a chat completion was made of', () => {
    fc.assert(
      fc.property(answer, ({ text, thinking, calls, reason, counts: [input, cached, output] }) => {
        const content = [
          ...(thinking === undefined ? [] : [{ type: 'thinking', thinking }]),
          ...(text === undefined ? [] : [{ type: 'text', text }]),
          ...calls.map(([id, called]) => ({ type: 'tool_use', id, name: called })),
        ];
        const usage = { input_tokens: input, cache_read_input_tokens: cached, output_tokens: output };
        const message = { id: 'x', model: 'm', content, stop_reason: reason, usage };
        const inputs = new Map(calls.map(([, , json], at) => [content.length - calls.length + at, json]));
        const completion = Buffer.from(JSON.stringify(toCompletion(message, 0, inputs)));
        const back = readSpelled(toMessage(completion, 'r1').toString());
        const spelled = JSON.parse(JSON.stringify(content)) as Json[];
        calls.forEach(([, , json], at) => {
          Object.assign(spelled[content.length - calls.length + at]!, { input: readSpelled(json) });
        });
        expect(back.content).toEqual(spelled.map((block) => expect.objectContaining(block)));
        const isCalled = reason === 'end_turn' && calls.length > 0;
        expect(back).toMatchObject({
          type: 'message',
          model: 'm',
          stop_reason: isCalled ? 'tool_use' : reason,
          usage: { input_tokens: `#${input}`, cache_read_input_tokens: `#${cached}`, output_tokens: `#${output}` },
        });
      }),
      { numRuns: RUNS },
    );
  });
});
