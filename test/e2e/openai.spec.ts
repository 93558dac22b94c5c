import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { chatItems, type ApiClient, type BatchBody, type ResultEntry } from '../support/service/api-client';
import { eventually } from '../support/service/leftovers';
import { OpenAiService } from '../support/service/openai-service';
import { DATABASE_KINDS } from '../support/service/test-service';
import { sampled } from '../support/tier';
import { inFullTier } from '../support/full-tier-case';

const EXAMPLE = resolve(__dirname, '../../examples/requests.json');

describe.each(sampled(DATABASE_KINDS, (kind) => kind === 'server'))('a batch at OpenAI, %s database', (database) => {
  let openai: OpenAiService;
  let api: ApiClient;

  beforeAll(async () => {
    openai = await OpenAiService.start({ database }, { handleLag: { polls: 2, files: 'both' } });
    api = openai.service.client();
  });

  afterAll(() => openai.dispose());

  it('joins every outcome to its own request, whatever the order upstream', async () => {
    const text = (await readFile(EXAMPLE, 'utf8')).replaceAll('"sandbox/echo"', '"gpt-4o-mini"');
    const wanted = (JSON.parse(text) as { requests: { custom_id: string; body: Chat }[] }).requests;
    const batch = await run(text);
    expect(batch.results?.map((entry) => entry.custom_id)).toEqual(wanted.map((item) => item.custom_id));
    expect(batch.results?.map(answerOf)).toEqual(wanted.map((item) => lastUserText(item.body)));
    expect(batch.request_counts).toEqual({ total: wanted.length, completed: wanted.length, failed: 0 });
  });

  it('sends ids of its own, the vendor’s model id and nothing of the caller’s metadata', async () => {
    const before = openai.simulator.creates.length;
    await run(JSON.stringify({ requests: chatItems(['hello']), metadata: { secret: 'mine' } }));
    const create = openai.simulator.creates[before];
    expect(create?.customIds).toEqual([expect.stringMatching(/^r0000000-[a-z0-9]{8}$/)]);
    expect(JSON.stringify(create?.metadata)).not.toContain('mine');
    const upload = openai.simulator.uploads.at(-1)?.content.toString() ?? '';
    expect(JSON.parse(upload)).toMatchObject({ body: { model: 'gpt-4o-mini' } });
    expect(upload).not.toContain('item-0');
  });

  it('keeps 4xx lines with their response, one outcome for doubled rows, and precise numbers', async () => {
    const batch = await run({
      requests: chatItems(['a', '#status:400', '#status:429', '#dup', '#bignum', '#status:500']),
    });
    expect(batch.results?.map((entry) => entry.response?.status_code)).toEqual([200, 400, 429, 200, 200, 500]);
    expect(batch.results?.map((entry) => entry.error)).toEqual([null, null, null, null, null, null]);
    expect(batch.request_counts).toEqual({ total: 6, completed: 3, failed: 3 });
    expect(await api.content(batch.output_file_id ?? '')).toContain('12345678901234567890');
    expect((await api.content(batch.error_file_id ?? '')).trim().split('\n')).toHaveLength(3);
  });

  it('turns a row that several reads did not hold into an error row', async () => {
    const batch = await run({ requests: chatItems(['a', '#drop', 'c']) });
    expect(batch.results?.map((entry) => entry.error?.code ?? null)).toEqual([null, 'missing_result', null]);
    expect([batch.status, batch.request_counts]).toEqual(['completed', { total: 3, completed: 2, failed: 1 }]);
  });

  inFullTier('ends expired, with what ran, when the provider lets items expire', async () => {
    const created = await api.create({ requests: chatItems(['a', '#expire', 'c']) });
    const batch = await api.waitFor(created.body.id, ['expired']);
    expect(batch.results?.map((entry) => entry.error?.code ?? null)).toEqual([null, 'batch_expired', null]);
  });

  it('fails with the provider’s reason when it refuses the file, and tells the items apart', async () => {
    const created = await api.create({ requests: chatItems(['a', 'b'], 'openai/no-such-model') });
    const batch = await api.waitFor(created.body.id, ['failed']);
    expect(batch.errors_detail[0]).toMatchObject({ code: 'model_not_found', line: 1, item: 'item-0' });
    expect(batch.results?.map((entry) => entry.error?.code)).toEqual(['model_not_found', 'model_not_found']);
  });

  inFullTier('waits and sends anew when the provider lacks room for the tokens', async () => {
    openai.simulator.refuseNextBatch('token_limit_exceeded', 'Enqueued token limit reached for gpt-4o-mini');
    const before = openai.simulator.creates.length;
    const batch = await run({ requests: chatItems(['a']) });
    expect(batch.request_counts.completed).toBe(1);
    expect(openai.simulator.creates.length - before).toBe(2);
  });

  it('removes its own files upstream once the results are here', async () => {
    await run({ requests: chatItems(['a']) });
    const upload = openai.simulator.uploads.at(-1);
    const job = openai.simulator.batches.at(-1);
    const headers = { authorization: 'Bearer sk-simulated' };
    for (const id of [upload?.fileId, job?.output_file_id]) {
      const url = `${openai.simulator.url}/files/${id}`;
      // They go once the batch has ended.
      await eventually(`${id} is gone`, async () => (await fetch(url, { headers })).status === 404);
    }
  });

  async function run(body: unknown): Promise<BatchBody> {
    const created = await api.create(body);
    if (created.status !== 200) throw new Error(JSON.stringify(created.body));
    return api.waitFor(created.body.id, ['completed']);
  }
});

interface Chat {
  messages: { role: string; content: unknown }[];
}

/** What the simulator echoes: the text parts of the last user message, a line each. */
function lastUserText(body: Chat): unknown {
  const content = body.messages.filter((message) => message.role === 'user').at(-1)?.content;
  if (!Array.isArray(content)) return content;
  return (content as { text?: string }[]).flatMap((part) => part.text ?? []).join('\n');
}

function answerOf(entry: ResultEntry): unknown {
  const body = entry.response?.body as { choices?: { message: { content: unknown } }[] } | undefined;
  return body?.choices?.[0]?.message.content;
}
