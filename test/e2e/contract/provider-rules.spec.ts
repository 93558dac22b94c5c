import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalBlobStore } from '../../../src/blobs/local/local-blob-store';
import { SystemClock } from '../../../src/common/clock';
import { Ids } from '../../../src/common/ids';
import { SystemRandom } from '../../../src/common/random';
import { MeshbatchError, ValidationFailedError } from '../../../src/http/meshbatch-error';
import { IngestMetrics } from '../../../src/ingest/ingest-metrics';
import { IngestService, type IncomingBody, type IngestedBatch } from '../../../src/ingest/ingest.service';
import { Metrics } from '../../../src/metrics/metrics';
import type { Catalog } from '../../../src/providers/catalog/catalog';
import type { ProviderAdapter, ProviderCapabilities } from '../../../src/providers/contract/adapter';
import { ProviderRegistry } from '../../../src/providers/provider-registry';

const KEY = 'batches/one/input.jsonl';
const CHAT = '/v1/chat/completions';
const MAX_LINE_BYTES = 4000;

const CATALOG: Catalog = {
  providers: [{ id: 'stub', name: 'Stub', batch: 'adapter', passThrough: true }],
  models: [{ id: 'stub/one', provider: 'stub', upstream: 'one', aliases: ['one'], endpoints: [CHAT] }],
};

const CAPABILITIES: ProviderCapabilities = {
  endpoints: [CHAT],
  extraWindows: ['48h'],
  maxItems: 1000,
  maxBytes: 1_000_000,
  maxLineBytes: MAX_LINE_BYTES,
  minItems: 3,
  pollIntervalMs: 1000,
  recovery: 'none',
  cancel: 'stops',
  notFoundGraceMs: 0,
};

/** Refuses `logit_bias` and the second message of a request; nothing else of it is used. */
const ADAPTER = {
  id: 'stub',
  capabilities: CAPABILITIES,
  check: ({ body }: { body: Buffer }) => {
    const { logit_bias: bias, messages } = JSON.parse(body.toString()) as { logit_bias?: object; messages?: unknown[] };
    return [
      ...(bias ? [{ path: ['logit_bias'], message: 'logit_bias is not supported' }] : []),
      ...(messages?.[1] ? [{ path: ['messages', 1], message: 'Only one message is supported' }] : []),
    ];
  },
} as unknown as ProviderAdapter;

const item = (index: number, more: object = {}) => ({
  custom_id: `item-${index}`,
  body: { model: 'stub/one', ...more },
});
const items = (count: number, more: object = {}) => Array.from({ length: count }, (_, index) => item(index, more));

describe('what a provider asks of a body', () => {
  let folder: string;
  let ingest: IngestService;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshbatch-ingest-'));
    const ids = new Ids(new SystemClock(), new SystemRandom());
    const limits = { maxBodyBytes: 1_000_000, maxBatchItems: 1000 };
    const registry = new ProviderRegistry([ADAPTER], CATALOG);
    const metrics = new IngestMetrics(new Metrics({}, new SystemClock()));
    ingest = new IngestService(limits, registry, new LocalBlobStore(folder, ids), new SystemRandom(), metrics);
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('a body that it takes is stored', async () => {
    const { itemCount, inputBytes } = await stored({ requests: items(3) });
    expect([itemCount, inputBytes]).toEqual([3, (await readFile(join(folder, KEY))).length]);
  });

  it('fewer requests than its minimum', async () => {
    const { code, message } = await refusal({ requests: items(2) });
    expect(code).toBe('too_few_requests');
    expect(message).toContain('3');
  });

  it('none at all is a fault of the body, not too few', async () => {
    expect(await refusal({ requests: [] })).toBeInstanceOf(ValidationFailedError);
  });

  it('a request above its bytes a line', async () => {
    const requests = [...items(3), item(3, { prompt: 'x'.repeat(MAX_LINE_BYTES) })];
    const { code, message } = await refusal({ requests });
    expect(code).toBe('request_too_large');
    expect(message).toContain(`${MAX_LINE_BYTES}`);
    expect(message).toContain('requests[3]');
  });

  it('fields that cannot be translated, each by request and field', async () => {
    const requests = [item(0), item(1, { logit_bias: {} }), item(2), item(3, { logit_bias: {}, messages: [1, 2] })];
    const { code, extras } = await refusal({ requests });
    expect(code).toBe('unsupported_parameter');
    expect((extras.details as { loc: unknown }[]).map(({ loc }) => loc)).toEqual([
      ['body', 'requests', 1, 'body', 'logit_bias'],
      ['body', 'requests', 3, 'body', 'logit_bias'],
      ['body', 'requests', 3, 'body', 'messages', 1],
    ]);
    expect(extras.more).toBeUndefined();
  });

  it('the first 100 of them, and how many more', async () => {
    const { extras } = await refusal({ requests: items(130, { logit_bias: {} }) });
    expect([(extras.details as unknown[]).length, extras.more]).toEqual([100, 30]);
  });

  it('faults of the body come before them, and so do mixed models', async () => {
    const requests = items(3, { logit_bias: {} });
    expect(await refusal({ requests: [...requests, item(0)] })).toBeInstanceOf(ValidationFailedError);
    expect((await refusal({ requests: [...requests, item(4, { model: 'stub/other' })] })).code).toBe('mixed_models');
  });

  it('a window of its own is taken, another is not', async () => {
    const { completionWindow } = await stored({ requests: items(3), completion_window: '48h' });
    expect(completionWindow).toBe('48h');
    const faulty = await refusal({ requests: items(3), completion_window: '72h' }, 1);
    expect(faulty.extras.details).toMatchObject([{ loc: ['body', 'completion_window'] }]);
  });

  async function stored(body: unknown): Promise<IngestedBatch> {
    const ingested = await ingest.ingest(KEY, bodyOf(body));
    if ('inputFileId' in ingested) throw new Error('The body names a file');
    return ingested;
  }

  /** What is thrown; nothing may be left in the folder beside the `stored` blobs of before. */
  async function refusal(body: unknown, stored = 0): Promise<MeshbatchError> {
    const thrown: unknown = await ingest
      .ingest('batches/two/input.jsonl', bodyOf(body))
      .catch((error: unknown) => error);
    const left = await readdir(folder, { recursive: true, withFileTypes: true });
    expect(left.filter((entry) => entry.isFile())).toHaveLength(stored);
    if (thrown instanceof MeshbatchError) return thrown;
    throw new Error(`Not refused: ${String(thrown)}`);
  }
});

/** The body in small chunks, as a slow client sends it. */
function bodyOf(value: unknown): IncomingBody {
  return { bytes: piecesOf(Buffer.from(JSON.stringify(value))), format: { kind: 'json' } };
}

async function* piecesOf(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}
