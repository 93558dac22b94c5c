import fc from 'fast-check';
import { MESSAGE_ITEMS } from '../ingest/item-form';
import { FileScanRun } from '../ingest/file-scan-run';
import { IngestRun } from '../ingest/ingest-run';
import { ItemCopy } from '../ingest/item-copy';
import { capsOf, type BatchLines } from '../ingest/part-bounds';
import { planParts } from '../ingest/part-planner';
import { readStoredLine } from '../ingest/stored-line';
import { ADAPTER_DEFINITIONS } from '../providers/adapters/definitions';
import type { Endpoint, ModelTraits, ProviderAdapter } from '../providers/contract/adapter';
import { takingMessages } from '../providers/messages/messages-adapter';
import { ProviderRegistry, type ResolvedModel } from '../providers/provider-registry';
import { toItemId } from './item-id';

const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';
const MAX_BYTES = 8000;
const LIMITS = { maxBodyBytes: 1e8, maxBatchItems: 1000 };
const TRAITS: ModelTraits = { maxOutputTokens: 1000 };
const hashKey = Buffer.alloc(16, 1);

/** A registry of one provider, whose only model has small batches. */
function registryOf(provider: string): ProviderRegistry {
  const definition = ADAPTER_DEFINITIONS.find(({ id }) => id === provider);
  const adapter = takingMessages(definition!.create({ apiKey: 'k' }));
  const model = { id: `${provider}/m`, provider, upstream: 'm', aliases: ['m'], traits: TRAITS };
  return new ProviderRegistry([adapter], {
    providers: [{ id: provider, name: provider, batch: 'adapter', passThrough: false }],
    models: [
      { ...model, endpoints: adapter.capabilities.endpoints, limits: { maxBytes: MAX_BYTES, maxLineBytes: MAX_BYTES } },
    ],
  });
}

const text = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.constantFrom('"'.repeat(40), '\\'.repeat(40), 'é', '\u0001'.repeat(9)),
);
const input = fc.dictionary(fc.constantFrom('a', 'b', 'c'), text, { maxKeys: 3 });
const messages = fc.array(input, { minLength: 1, maxLength: 5 }).map((inputs) => ({
  model: 'm',
  max_tokens: 9,
  messages: [
    { role: 'user', content: 'x' },
    {
      role: 'assistant',
      content: inputs.map((given, at) => ({ type: 'tool_use', id: `t${at}`, name: 'n', input: given })),
    },
    { role: 'user', content: inputs.map((_, at) => ({ type: 'tool_result', tool_use_id: `t${at}`, content: 'y' })) },
  ],
}));
const chat = fc.array(text, { minLength: 1, maxLength: 12 }).map((texts) => ({
  model: 'm',
  messages: texts.map((each) => ({ role: 'user', content: [{ type: 'text', text: `x${each}` }] })),
}));

async function* of(body: unknown): AsyncGenerator<Buffer> {
  yield Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

/** What ingest stores of the bodies, and what it knows of their lines. */
async function ingest(registry: ProviderRegistry, endpoint: Endpoint, bodies: readonly object[]) {
  const items = bodies.map((body, at) =>
    endpoint === MESSAGES ? { custom_id: `${at}`, params: body } : { custom_id: `${at}`, url: endpoint, body },
  );
  const format = { kind: 'json', ...(endpoint === MESSAGES && { items: MESSAGE_ITEMS }) } as const;
  const run = new IngestRun({ registry, limits: LIMITS, format, hashKey, reusesBlocks: false });
  const stored: Buffer[] = [];
  for await (const chunk of run.read(of({ requests: items }))) stored.push(chunk);
  return { stored: Buffer.concat(stored).toString(), ...run.result() };
}

/** The lines as a file that is uploaded, and as a retry, has them. */
async function otherwise(registry: ProviderRegistry, resolved: ResolvedModel, endpoint: Endpoint, stored: string) {
  const scan = new FileScanRun({ registry, limits: LIMITS, hashKey });
  for await (const _ of scan.read(of(stored)));
  const items = stored
    .trimEnd()
    .split('\n')
    .map((line, index) => ({ index, line: readStoredLine(Buffer.from(line)) }));
  const copy = new ItemCopy(resolved, endpoint, items.length);
  const groups = (async function* () {
    yield items;
  })();
  for await (const _ of copy.read(groups));
  return [scan.result().items?.lines, copy.lines];
}

const encodedBytes = ({ adapter }: { adapter: ProviderAdapter }, endpoint: Endpoint, body: object, index: number) =>
  adapter.encode({ endpoint, body: Buffer.from(JSON.stringify(body)) }, toItemId(index, 'abcdefgh'), {
    upstream: 'm',
    traits: TRAITS,
  }).length + 1;

describe('the bytes of planned parts', () => {
  it.each<[string, Endpoint, fc.Arbitrary<object>]>([
    ['openai', MESSAGES, messages],
    ['gemini', MESSAGES, messages],
    ['gemini', CHAT, chat],
    ['anthropic', CHAT, chat],
    ['anthropic', MESSAGES, messages],
    ['openai', CHAT, chat],
  ])('are never more than %s takes when %s is encoded', async (provider, endpoint, body) => {
    const registry = registryOf(provider);
    const check = async (bodies: readonly object[]) => {
      const { stored, resolved, lines } = await ingest(registry, endpoint, bodies);
      const bytes = bodies.map((each, index) => encodedBytes(resolved, endpoint, each, index));
      const plans = planParts(lines, capsOf(resolved.limits), 128);
      for (const { firstItem, itemCount } of plans) {
        const sum = bytes.slice(firstItem, firstItem + itemCount).reduce((total, each) => total + each, 0);
        expect(sum).toBeLessThanOrEqual(MAX_BYTES);
      }
      if (lines.encoded) expect([...lines.encoded]).toEqual(bytes);
      const others: (BatchLines | undefined)[] = await otherwise(registry, resolved, endpoint, stored);
      for (const other of others) expect(other?.encoded).toEqual(lines.encoded);
    };
    const runs = fc.asyncProperty(fc.array(body, { minLength: 1, maxLength: 30 }), check);
    await fc.assert(runs, { numRuns: 30 });
  });

  it('are measured only where bodies are translated', async () => {
    const measured = async (provider: string, endpoint: Endpoint, body: object) =>
      (await ingest(registryOf(provider), endpoint, [body])).lines.encoded !== null;
    const [spoken] = fc.sample(messages, 1);
    const [asked] = fc.sample(chat, 1);
    expect(await measured('openai', CHAT, asked!)).toBe(false);
    expect(await measured('anthropic', MESSAGES, spoken!)).toBe(false);
    expect(await measured('openai', MESSAGES, spoken!)).toBe(true);
  });

  it('of one item that is too long only when it is encoded are refused', async () => {
    const [one] = fc.sample(messages, 1);
    const [user, spoken, answered] = one!.messages;
    const long = { type: 'tool_use', id: 't', name: 'n', input: { a: '"'.repeat(2100) } };
    const answer = { type: 'tool_result', tool_use_id: 't', content: 'y' };
    const body = { ...one!, messages: [user, { ...spoken, content: [long] }, { ...answered, content: [answer] }] };
    expect(JSON.stringify(body).length).toBeLessThan(MAX_BYTES - 2000);
    const refused = ingest(registryOf('openai'), MESSAGES, [body]);
    await expect(refused).rejects.toMatchObject({ code: 'request_too_large' });
  });
});
