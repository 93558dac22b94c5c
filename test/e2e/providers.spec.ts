import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chatItems, type BatchBody, type ErrorBody, type ResultEntry } from '../support/service/api-client';
import { TestService } from '../support/service/test-service';
import type { AnySimulator } from '../support/upstreams/kit/simulator';
import { OPENAI_DIALECT } from '../support/upstreams/openai/dialect';
import { OpenAiSimulator } from '../support/upstreams/openai/openai-simulator';
import { SIMULATORS } from '../support/upstreams/simulators';

const EXAMPLE = resolve(__dirname, '../../examples/requests.json');
const KEY = 'sk-simulated';

/** A model of each provider that its simulator knows, and how many of the 220 example requests the provider cannot take. */
const PROVIDERS: Readonly<Record<string, { model: string; refused: number }>> = {
  openai: { model: 'gpt-4o-mini', refused: 0 },
  azure_openai: { model: 'azure_openai/gpt-4o-mini-batch', refused: 0 },
  groq: { model: 'groq/llama-3.1-8b-instant', refused: 0 },
  together: { model: 'together/meta-llama/Llama-3.3-70B-Instruct-Turbo', refused: 0 },
  deepinfra: { model: 'deepinfra/meta-llama/Meta-Llama-3.1-8B-Instruct', refused: 0 },
  anthropic: { model: 'claude-haiku-4-5', refused: 31 },
  fireworks: { model: 'fireworks/accounts/fireworks/models/llama-v3p1-8b-instruct', refused: 10 },
  gemini: { model: 'gemini-2.5-flash', refused: 11 },
  mistral: { model: 'mistral-small-latest', refused: 16 },
  openrouter: { model: 'openrouter/openai/gpt-4o-mini', refused: 1 },
  xai: { model: 'xai/grok-4', refused: 0 },
  'my-server': { model: 'llama', refused: 0 },
};

interface Item {
  custom_id: string;
  body: { model: string; messages: { role: string; content: unknown }[] };
}

/** A server that no profile is built in for, and its description as an operator writes it. */
const OWN_DIALECT = { ...OPENAI_DIALECT, prefix: '/batch/v2', uploadPath: '/files/new' };
const ownServer = (url: string) => ({
  providers: [
    {
      id: 'my-server',
      baseUrl: url,
      endpoints: { '/v1/chat/completions': {} },
      limits: { maxItems: 1000, maxBytes: 10_000_000 },
      upload: { path: '/files/new' },
    },
  ],
  models: [{ id: 'my-server/llama', upstream: 'gpt-4o-mini', aliases: ['llama'], endpoints: ['/v1/chat/completions'] }],
});

describe('the example requests at every provider', () => {
  const simulators = new Map<string, AnySimulator>();
  let service: TestService;
  let items: Item[];
  let folder: string;

  beforeAll(async () => {
    const options = { apiKey: KEY, stateMs: 5 };
    for (const [id, start] of Object.entries(SIMULATORS)) simulators.set(id, await start(options));
    const own = await OpenAiSimulator.start({ ...options, dialect: OWN_DIALECT });
    simulators.set('my-server', own);
    folder = await mkdtemp(join(tmpdir(), 'meshbatch-catalog-'));
    const catalogFile = join(folder, 'catalog.json');
    await writeFile(catalogFile, JSON.stringify(ownServer(own.url)));
    const settings = [...simulators].flatMap(([id, { url }]) => {
      const name = id.toUpperCase().replaceAll('-', '_');
      return [[`${name}_API_KEY`, KEY], ...(id === 'my-server' ? [] : [[`${name}_BASE_URL`, url]])];
    });
    const env = { ...Object.fromEntries(settings), CATALOG_FILE: catalogFile, BATCH_LIMIT_PER_OWNER: '100' };
    service = await TestService.start({ database: 'server', env });
    items = (JSON.parse(await readFile(EXAMPLE, 'utf8')) as { requests: Item[] }).requests;
  });

  afterAll(async () => {
    await service.dispose();
    for (const simulator of simulators.values()) await simulator.stop();
    await rm(folder, { recursive: true });
  });

  it('has a simulator for every provider that it is run at', () => {
    expect([...simulators.keys()].sort()).toEqual(Object.keys(PROVIDERS).sort());
  });

  it.each(Object.entries(PROVIDERS))(
    'completes what %s can take, and names the rest',
    async (id, { model, refused }) => {
      const renamed = items.map((item) => ({ ...item, body: { ...item.body, model } }));
      const { taken, batch: created } = await createWhatIsTaken(renamed);
      expect([created.provider, renamed.length - taken.length]).toEqual([id, refused]);
      const batch = await service.client().waitFor(created.id);
      const failures = batch.results?.filter(({ response }) => response?.status_code !== 200);
      expect({ failures, details: batch.errors_detail }).toEqual({ failures: [], details: [] });
      expect([batch.status, batch.request_counts]).toEqual([
        'completed',
        { total: taken.length, completed: taken.length, failed: 0 },
      ]);
      expect(batch.results?.map((entry) => entry.custom_id)).toEqual(taken.map((item) => item.custom_id));
      expect(batch.results?.map(answerOf)).toEqual(taken.map(({ body }) => lastText(body)));
      expectUsage(batch);
    },
  );

  it('tells of every provider what it allows', async () => {
    const { status, body } = await service.client().send<Record<string, unknown>[]>('GET', '/v1/providers');
    expect(status).toBe(200);
    const of = (id: string) => body.find((provider) => provider['id'] === id);
    for (const id of Object.keys(PROVIDERS)) expect(of(id)).toMatchObject({ batch: 'supported', configured: true });
    expect(of('my-server')).toMatchObject({ unverified: true, limits: { max_requests: 1000 } });
    expect(of('moonshot')).toMatchObject({ batch: 'supported', configured: false, unverified: true });
    expect(of('bedrock')).toMatchObject({ batch: 'planned', configured: false, limits: null, endpoints: [] });
    expect(of('ollama')).toMatchObject({ batch: 'none', notes: null });
    expect(JSON.stringify(body)).not.toContain(KEY);
  });

  it('waits for the end of a cancelled batch where the provider cannot stop one, and keeps what was paid for', async () => {
    const fireworks = simulators.get('fireworks')!;
    fireworks.hold();
    const creates = fireworks.requestCounts().create ?? 0;
    const arrived = fireworks.waitFor('create', creates + 1);
    const { model } = PROVIDERS['fireworks']!;
    const { body: created } = await service.client().create({ requests: chatItems(['a', 'b'], model) });
    await arrived;
    expect((await service.client().cancel(created.id)).status).toBe('cancelling');
    fireworks.release();
    const batch = await service.client().waitFor(created.id);
    expect([batch.status, batch.request_counts]).toEqual(['completed', { total: 2, completed: 2, failed: 0 }]);
    // It has no route for a cancel: that would be one that it does not know.
    expect(fireworks.requestCounts().unknown).toBeUndefined();
  });

  it('has told nobody a key', () => {
    expect(service.log).not.toContain(KEY);
  });

  /** Creates, again and again without the requests that were refused by name; resolves to what was taken. */
  async function createWhatIsTaken(requests: Item[]): Promise<{ taken: Item[]; batch: BatchBody }> {
    const answer = await service.client().create<BatchBody & ErrorBody>({ requests });
    if (answer.status === 200) return { taken: requests, batch: answer.body };
    expect([answer.status, answer.body.error.code]).toEqual([400, 'unsupported_parameter']);
    const details = answer.body.error.details as { loc: (string | number)[] }[];
    for (const { loc } of details) expect(loc.slice(0, 4)).toEqual(['body', 'requests', loc[2], 'body']);
    const refused = new Set(details.map(({ loc }) => loc[2]));
    expect(refused.size).toBeGreaterThan(0);
    return createWhatIsTaken(requests.filter((_, index) => !refused.has(index)));
  }
});

/** What the simulators echo: the text parts of the last message that a person or a tool wrote, a line each. */
function lastText({ messages }: Item['body']): unknown {
  const content = messages.filter((message) => message.role === 'user').at(-1)?.content;
  if (!Array.isArray(content)) return content;
  return (content as { text?: string }[]).flatMap((part) => part.text ?? []).join('\n');
}

function answerOf(entry: ResultEntry): unknown {
  const body = entry.response?.body as { choices?: { message: { content: unknown } }[] } | undefined;
  return body?.choices?.[0]?.message.content;
}

function expectUsage({ usage, request_counts }: BatchBody): void {
  const { total_tokens: total } = usage as { total_tokens: number };
  expect(total).toBeGreaterThan(request_counts.total);
}
