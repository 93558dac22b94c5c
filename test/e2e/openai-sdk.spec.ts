import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import OpenAI, {
  AuthenticationError,
  BadRequestError,
  ConflictError,
  NotFoundError,
  RateLimitError,
  toFile,
  UnprocessableEntityError,
} from 'openai';
import { Client } from 'pg';
import type { BatchBody } from '../support/service/api-client';
import { expectRefusal } from '../support/service/envelope';
import { DATABASE_KINDS, TEST_KEY, TestService } from '../support/service/test-service';
import { blobsOf, eventually } from '../support/service/leftovers';
import { sampled } from '../support/tier';
import type { AnySimulator } from '../support/upstreams/kit/simulator';
import { SIMULATORS } from '../support/upstreams/simulators';

const KEY = 'sk-simulated';
const ENDPOINT = '/v1/chat/completions';
const MODELS = {
  openai: 'gpt-4o-mini',
  anthropic: 'anthropic/claude-haiku-4-5',
  gemini: 'gemini-2.5-flash',
  mistral: 'mistral-small-latest',
} as const;
const WAIT_MS = 20_000;

const lineOf = (id: string, model: string, content: string) =>
  JSON.stringify({
    custom_id: id,
    method: 'POST',
    url: ENDPOINT,
    body: { model, max_tokens: 50, messages: [{ role: 'user', content }] },
  });
const lines = (count: number, model: string, content = (index: number) => `hello ${index}`) =>
  Array.from({ length: count }, (_, index) => lineOf(`r-${index}`, model, content(index))).join('\n');

describe.each(sampled(DATABASE_KINDS, (kind) => kind === 'server'))(
  'OpenAI’s SDK as it is, %s database',
  (database) => {
    const simulators: AnySimulator[] = [];
    let service: TestService;
    let client: OpenAI;

    beforeAll(async () => {
      const env: Record<string, string> = {
        BATCH_LIMIT_PER_OWNER: '8',
        RECONCILE_INTERVAL_MS: '300',
        SWEEP_INTERVAL_MS: '300',
        BLOB_GRACE_MS: '60000',
      };
      for (const id of Object.keys(MODELS)) {
        const simulator = await SIMULATORS[id]!({ apiKey: KEY, stateMs: 5 });
        simulators.push(simulator);
        Object.assign(env, { [`${id.toUpperCase()}_API_KEY`]: KEY, [`${id.toUpperCase()}_BASE_URL`]: simulator.url });
      }
      service = await TestService.start({ database, env });
      client = new OpenAI({ apiKey: TEST_KEY, baseURL: `${service.url}/openai/v1`, maxRetries: 0 });
    });

    afterAll(async () => {
      await service.dispose();
      for (const simulator of simulators) await simulator.stop();
    });

    async function upload(content: string | Buffer, name = 'requests.jsonl') {
      return client.files.create({ file: await toFile(Buffer.from(content), name), purpose: 'batch' });
    }

    const create = (id: string, more: Partial<OpenAI.BatchCreateParams> = {}) =>
      client.batches.create({ input_file_id: id, endpoint: ENDPOINT, completion_window: '24h', ...more });

    async function ended(id: string): Promise<OpenAI.Batch> {
      let batch = await client.batches.retrieve(id);
      await eventually(
        `${id} ends`,
        async () => {
          batch = await client.batches.retrieve(id);
          return !['validating', 'in_progress', 'finalizing', 'cancelling'].includes(batch.status);
        },
        WAIT_MS,
      );
      return batch;
    }

    it.each(Object.entries(MODELS))('runs a batch of %s from an uploaded file', async (_, model) => {
      const file = await upload(`\ufeff${lines(3, model)}\r\n\r\n${lineOf('last', model, 'bye')}`);
      expect(file).toMatchObject({ object: 'file', purpose: 'batch', filename: 'requests.jsonl', status: 'processed' });
      const batch = await create(file.id, {
        metadata: { project: 'x' },
        output_expires_after: { anchor: 'created_at', seconds: 7200 },
      });
      expect(batch).toMatchObject({ object: 'batch', input_file_id: file.id, metadata: { project: 'x' } });
      const done = await ended(batch.id);
      expect([done.status, done.request_counts]).toEqual(['completed', { total: 4, completed: 4, failed: 0 }]);
      const usage = {
        input_tokens_details: { cached_tokens: expect.any(Number) },
        output_tokens_details: { reasoning_tokens: expect.any(Number) },
      };
      const {
        data: [listed],
      } = await client.batches.list({ limit: 1 });
      for (const shown of [done, listed]) expect(shown).toMatchObject({ id: done.id, errors: null, usage });
      const text = await (await client.files.content(done.output_file_id ?? '')).text();
      const results = text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as ResultLine);
      expect(results.map((result) => [result.custom_id, result.response.body.choices[0]?.message.content])).toEqual([
        ['r-0', 'hello 0'],
        ['r-1', 'hello 1'],
        ['r-2', 'hello 2'],
        ['last', 'bye'],
      ]);
      const output = await client.files.retrieve(done.output_file_id ?? '');
      expect(output).toMatchObject({ purpose: 'batch_output', expires_at: output.created_at + 7200 });
    });

    it('reads a file where it is for a dry run and a retry too, until it is deleted', async () => {
      const api = service.client();
      const bad = lineOf('a', 'gpt-4o-mini', '#status:400');
      const file = await upload(`${bad.replaceAll('","', '" , "')}\r\n\r\n ${lineOf('b', 'gpt-4o-mini', 'fine')}`);
      const post = (path: string, body: object) =>
        api.send<BatchBody>('POST', `/v1/batches/${path}`, JSON.stringify(body), {
          'content-type': 'application/json',
        });
      const dry = await post('validate', { input_file_id: file.id, endpoint: ENDPOINT });
      expect([dry.status, dry.body]).toMatchObject([
        200,
        { model: 'openai/gpt-4o-mini', request_counts: { total: 2 } },
      ]);
      const batch = await ended((await create(file.id)).id);
      expect(batch.request_counts).toEqual({ total: 2, completed: 1, failed: 1 });
      const { body: child } = await post(`${batch.id}/retry`, {});
      // In our own form, as the requests of any other batch.
      expect(JSON.parse(await api.content(child.input_file_id))).toEqual(JSON.parse(bad));
      await ended(child.id);
      await client.files.delete(file.id);
      expectRefusal(await post(`${batch.id}/retry`, {}), 409, 'conflict');
      expectRefusal(await post('validate', { input_file_id: file.id, endpoint: ENDPOINT }), 404, 'not_found');
    });

    it('takes a large file as a stream or whole, and gives it back byte for byte', async () => {
      const content = lines(12_000, 'gpt-4o-mini', (index) => `  é "${index}" `);
      const pieces = content.match(/[^]{1,50000}/g) ?? [];
      const streamed = await client.files.create({
        file: await toFile(Readable.from(pieces.map((piece) => Buffer.from(piece))), 'big file.jsonl'),
        purpose: 'batch',
        expires_after: { anchor: 'created_at', seconds: 3600 },
      });
      const whole = await upload(content);
      expect([streamed.bytes, whole.bytes]).toEqual([Buffer.byteLength(content), Buffer.byteLength(content)]);
      expect([streamed.filename, streamed.expires_at]).toEqual(['big file.jsonl', streamed.created_at + 3600]);
      expect(await (await client.files.content(streamed.id)).text()).toBe(content);
      const { id } = await create(streamed.id);
      expect((await client.batches.retrieve(id)).request_counts?.total).toBe(12_000);
      await client.batches.cancel(id);
      await ended(id);
    });

    it('pages through batches and files, and lists models', async () => {
      const file = await upload(lines(1, 'gpt-4o-mini'));
      const made: string[] = [];
      for (let n = 0; n < 5; n++) made.unshift((await create(file.id)).id);
      const seen: string[] = [];
      for await (const batch of client.batches.list({ limit: 2 })) seen.push(batch.id);
      expect(seen.slice(0, 5)).toEqual(made);
      expect(new Set(seen).size).toBe(seen.length);
      const files: string[] = [];
      for await (const each of client.files.list({ limit: 2, order: 'asc', purpose: 'batch' })) files.push(each.id);
      expect(files).toEqual([...files].sort());
      expect(files).toContain(file.id);
      const models = await client.models.list();
      expect(models.data.map(({ id, object }) => [id, object])).toContainEqual(['openai/gpt-4o-mini', 'model']);
      for (const id of made) await ended(id);
    });

    it('deletes a file once no batch reads it any more, and its blob with it', async () => {
      simulators[0]?.hold();
      const file = await upload(lines(2, 'gpt-4o-mini'));
      const batch = await create(file.id);
      await expect(client.files.delete(file.id)).rejects.toBeInstanceOf(ConflictError);
      simulators[0]?.release();
      const done = await ended(batch.id);
      expect(await client.files.delete(file.id)).toEqual({ id: file.id, object: 'file', deleted: true });
      await expect(client.files.content(file.id)).rejects.toBeInstanceOf(NotFoundError);
      await expect(client.files.delete(file.id)).rejects.toBeInstanceOf(NotFoundError);
      await expect(create(file.id)).rejects.toBeInstanceOf(NotFoundError);
      expect((await blobsOf(service)).filter((key) => key.includes(file.id))).toEqual([]);
      const output = done.output_file_id ?? done.error_file_id ?? '';
      await client.files.delete(output);
      await expect(client.files.retrieve(output)).rejects.toBeInstanceOf(NotFoundError);
      // Its results are the batch's, and go with it.
      expect((await service.client().get(batch.id)).results).toHaveLength(2);
    });

    it('sweeps what a crash left of an upload, and what has expired', async () => {
      const file = await upload(lines(1, 'gpt-4o-mini'));
      const orphan = join(service.dataDir, 'blobs/files', `file_${'0'.repeat(26)}`, 'content.jsonl');
      const unfinished = (await blobsOf(service)).length;
      await mkdir(dirname(orphan), { recursive: true });
      await writeFile(orphan, 'x');
      await utimes(orphan, 1, 1);
      await eventually('the orphan goes', async () => (await blobsOf(service)).length === unfinished);
      expect(await (await client.files.content(file.id)).text()).not.toBe('');
      if (!service.databaseUrl) return;
      const rows = new Client(service.databaseUrl);
      await rows.connect();
      await rows.query(`UPDATE meshbatch_files SET expires_at = now() - interval '1 s' WHERE id = $1`, [file.id]);
      await rows.end();
      await eventually('the file goes', () =>
        client.files.retrieve(file.id).then(
          () => false,
          () => true,
        ),
      );
      expect((await blobsOf(service)).filter((key) => key.includes(file.id))).toEqual([]);
    });

    it('tells errors by class', async () => {
      const file = await upload(lines(1, 'gpt-4o-mini'));
      const faulty = await upload(`${lineOf('a', 'gpt-4o-mini', 'x')}\n\n{"custom_id":"a","body":5}\nno`);
      const mixed = await upload(`${lineOf('a', 'gpt-4o-mini', 'x')}\n${lineOf('b', MODELS.gemini, 'x')}`);
      expect(faulty.status_details).toBe('Request validation failed.');
      const refused = await create(faulty.id).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(UnprocessableEntityError);
      expect(
        ((refused as UnprocessableEntityError).error as { details: Detail[] }).details.map(({ loc }) => loc),
      ).toEqual([
        ['body', 'input_file_id', 3, 'body'],
        ['body', 'input_file_id', 4],
      ]);
      await expect(create(mixed.id)).rejects.toBeInstanceOf(BadRequestError);
      const other = create(file.id, { endpoint: '/v1/embeddings' });
      await expect(other).rejects.toThrow(UnprocessableEntityError);
      await expect(create('file_unknown')).rejects.toBeInstanceOf(NotFoundError);
      await expect(client.files.retrieve(`file_${'0'.repeat(26)}`)).rejects.toBeInstanceOf(NotFoundError);
      await expect(
        upload('x').then(() => client.files.create({ file: new File(['x'], 'x'), purpose: 'fine-tune' })),
      ).rejects.toBeInstanceOf(UnprocessableEntityError);
      const stranger = new OpenAI({ apiKey: `rsk_${'nope'.repeat(10)}`, baseURL: client.baseURL, maxRetries: 0 });
      await expect(stranger.files.list()).rejects.toBeInstanceOf(AuthenticationError);
      await expect(stranger.files.create({ file: new File(['x'], 'x'), purpose: 'batch' })).rejects.toBeInstanceOf(
        AuthenticationError,
      );
      simulators[0]?.hold();
      const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => create(file.id)));
      const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
      expect(errors.length).toBeGreaterThanOrEqual(4);
      for (const error of errors) expect(error).toBeInstanceOf(RateLimitError);
      const taken = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.id] : []));
      for (const id of taken) await client.batches.cancel(id);
      simulators[0]?.release();
      for (const id of taken) await service.client().waitFor(id);
    });

    it('reads a file anew when the configuration has changed since it was scanned', async () => {
      const file = await upload(lines(3, 'gpt-4o-mini'));
      await service.stop();
      await service.start({ MAX_BATCH_ITEMS: '2' });
      const again = new OpenAI({ apiKey: TEST_KEY, baseURL: `${service.url}/openai/v1`, maxRetries: 0 });
      const refused: unknown = await again.batches
        .create({ input_file_id: file.id, endpoint: ENDPOINT, completion_window: '24h' })
        .catch((error: unknown) => error);
      expect(refused).toMatchObject({ status: 413, code: 'payload_too_large' });
      expect((await again.files.retrieve(file.id)).status_details).toContain('2 requests');
    });
  },
);

interface Detail {
  loc: unknown[];
}

interface ResultLine {
  custom_id: string;
  response: { body: { choices: { message: { content: string } }[] } };
}
