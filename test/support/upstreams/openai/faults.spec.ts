import { OpenAiSimulator } from './openai-simulator';
import { chatLines, PlainClient } from './plain-client';
import type { BatchObject, FileObject } from './types';
import { main } from '../run';

describe('OpenAiSimulator, scripted faults and records', () => {
  let simulator: OpenAiSimulator;
  let client: PlainClient;
  let fileId: string;

  beforeEach(async () => {
    simulator = await OpenAiSimulator.start({ validatingMs: 1, runningMs: 4, finalizingMs: 1 });
    client = new PlainClient(simulator);
    fileId = ((await client.upload(`${chatLines(4).join('\n')}\n`)).body as FileObject).id;
  });
  afterEach(() => simulator.stop());

  it('answers with a status in place of the work, as often as told, and then works', async () => {
    simulator.faults.add({ route: 'create', kind: { status: 429, retryAfter: 1 }, times: 2 });
    for (let n = 0; n < 2; n++) {
      const refused = await client.create(fileId);
      expect(refused).toMatchObject({ status: 429, body: { error: { code: 'rate_limit_exceeded' } } });
      expect(refused.headers.get('retry-after')).toBe('1');
    }
    expect(simulator.creates).toEqual([]);
    expect((await client.create(fileId)).status).toBe(200);
    expect(simulator.faults.pending).toBe(0);
  });

  it('spares the first requests when told, and can answer like a broken proxy', async () => {
    simulator.faults.add({ route: 'list', kind: { status: 502, body: '<html>bad gateway</html>' }, skip: 1 });
    expect((await client.send('GET', '/batches')).status).toBe(200);
    expect(await client.send('GET', '/batches')).toMatchObject({ status: 502, body: '<html>bad gateway</html>' });
  });

  it.each([
    ['reset_before', 0],
    ['reset_after', 1],
  ] as const)('%s leaves %d batches behind a lost answer', async (kind, made) => {
    simulator.faults.add({ route: 'create', kind });
    await expect(client.create(fileId, { metadata: { attempt: 'abc' } })).rejects.toThrow('fetch failed');
    expect(simulator.creates).toHaveLength(made);
    const { body } = await client.send('GET', '/batches');
    expect((body as { data: unknown[] }).data).toHaveLength(made);
  });

  it.each([
    ['hang_before', 0],
    ['hang_after', 1],
  ] as const)('%s leaves %d batches and a client without an answer', async (kind, made) => {
    simulator.faults.add({ route: 'create', kind });
    const patience = new AbortController();
    const settled = client.send('POST', '/batches', createBody(), patience.signal);
    const lost = expect(settled).rejects.toThrow('aborted');
    await simulator.waitFor('create');
    if (made > 0) await simulator.waitForBatch(() => true);
    patience.abort();
    await lost;
    expect(simulator.creates).toHaveLength(made);
  });

  it.each(['cut', 'clean_end'] as const)('shortens a download: %s', async (truncate) => {
    const whole = (await client.send('GET', `/files/${fileId}/content`)).body as string;
    simulator.faults.add({ route: 'content', kind: { truncate, keepLines: 2 } });
    const download = client.send('GET', `/files/${fileId}/content`);
    if (truncate === 'cut') await expect(download).rejects.toThrow('terminated');
    else expect((await download).body).toBe(`${whole.split('\n').slice(0, 2).join('\n')}\n`);
    simulator.faults.add({ route: 'content', kind: { truncate, keepBytes: 0 } });
    const nothing = client.send('GET', `/files/${fileId}/content`);
    if (truncate === 'cut') await expect(nothing).rejects.toThrow('terminated');
    else expect((await nothing).body).toBe('');
  });

  it('hides a batch that was made, once or for a time', async () => {
    simulator.faults.add({ route: 'get', kind: 'not_found' });
    const { id } = (await client.create(fileId)).body as BatchObject;
    expect((await client.send('GET', `/batches/${id}`)).status).toBe(404);
    expect((await client.send('GET', `/batches/${id}`)).status).toBe(200);

    simulator.faults.add({ route: 'create', kind: { visible_after_ms: 60_000 } });
    const hidden = (await client.create(fileId)).body as BatchObject;
    expect((await client.send('GET', `/batches/${hidden.id}`)).status).toBe(404);
    expect((await client.send('GET', '/batches')).body).toMatchObject({ data: [{ id }], has_more: false });
    expect(simulator.creates.map((create) => create.batchId)).toEqual([id, hidden.id]);
  });

  it('does the work at once when only the answer is late', async () => {
    simulator.faults.add({ route: 'create', kind: { delay_then: 30 } });
    const answer = client.create(fileId);
    await simulator.waitForBatch(() => true);
    expect(simulator.creates).toHaveLength(1);
    expect((await answer).status).toBe(200);
  });

  it('refuses a fault that could never fire', () => {
    const misspelled = { route: 'crate', kind: 'hang_before' } as unknown as Parameters<typeof simulator.faults.add>[0];
    expect(() => simulator.faults.add(misspelled)).toThrow('Not a fault');
  });

  it('records requests, creates and the moments of each', async () => {
    const seen: string[] = [];
    const unhook = simulator.onRequest((route, phase) => {
      seen.push(`${route} ${phase} ${simulator.creates.length}`);
    });
    await client.create(fileId, { metadata: { attempt: 'abc' } });
    unhook();
    expect(seen).toEqual(['create received 0', 'create done 1']);
    expect(simulator.creates).toMatchObject([
      { inputFileId: fileId, metadata: { attempt: 'abc' }, customIds: ['r0', 'r1', 'r2', 'r3'] },
    ]);
    expect(await simulator.waitFor('create', 1)).toMatchObject({
      method: 'POST',
      path: '/v1/batches',
      headers: { authorization: 'Bearer sk-simulated' },
      body: { input_file_id: fileId },
    });
  });

  it('runs alone and is steered over its control paths', async () => {
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    const alone = (await main(['openai', '--port', '0', '--key', 'sk-alone', '--state-ms', '1'])) as OpenAiSimulator;
    const printed = String(write.mock.calls[0]?.[0]);
    write.mockRestore();
    expect(JSON.parse(printed)).toEqual({ url: alone.url });
    const origin = new URL(alone.url).origin;
    const control = async (path: string, body?: object): Promise<unknown> => {
      const init = body && { method: 'POST', body: JSON.stringify(body) };
      return (await fetch(`${origin}/__control/${path}`, init)).json();
    };

    await control('hold', { state: 'in_progress', finished: 1 });
    await control('faults', { route: 'list', kind: { status: 500 } });
    const remote = new PlainClient(alone, 'sk-alone');
    await remote.submit(chatLines(2));
    expect((await remote.send('GET', '/batches')).status).toBe(500);
    await alone.waitForBatch((batch) => batch.request_counts.completed === 1);
    expect(await control('state')).toMatchObject({
      creates: [{ customIds: ['r0', 'r1'] }],
      uploads: [{ filename: 'in.jsonl', bytes: expect.any(Number) }],
      requests: { upload: 1, create: 1, list: 1 },
      batches: [{ status: 'in_progress', request_counts: { total: 2, completed: 1 } }],
      pendingFaults: 0,
    });
    await control('expire', {});
    expect(alone.batches[0]?.status).toBe('expired');
    expect(await control('hold', { state: 'completed' })).toEqual({ error: expect.stringContaining('completed') });
    expect(await control('release', {})).toEqual({ ok: true });
    await alone.stop();
  });

  function createBody(): object {
    return { input_file_id: fileId, endpoint: '/v1/chat/completions', completion_window: '24h' };
  }
});
