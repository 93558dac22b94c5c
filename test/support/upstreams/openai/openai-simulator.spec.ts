import { OpenAiSimulator } from './openai-simulator';
import { chatLine, chatLines, PlainClient } from './plain-client';
import { BIG_NUMBERS } from './response-body';
import type { SimulatorOptions } from './types';

const FAST = { validatingMs: 1, runningMs: 4, finalizingMs: 1, cancellingMs: 1 };
const ids = (rows: readonly { custom_id: string }[]) => rows.map((row) => row.custom_id).sort();

describe('OpenAiSimulator', () => {
  let simulator: OpenAiSimulator;
  let client: PlainClient;

  async function start(options: SimulatorOptions = {}): Promise<void> {
    simulator = await OpenAiSimulator.start({ ...FAST, ...options });
    client = new PlainClient(simulator);
  }

  afterEach(() => simulator.stop());

  it('takes a batch from validating to completed, with a time for each state and moving counts', async () => {
    await start();
    simulator.hold('in_progress', 2);
    const made = await client.submit(chatLines(5), { metadata: { attempt: 'abc' } });
    expect(made).toMatchObject({
      object: 'batch',
      status: 'validating',
      errors: null,
      output_file_id: null,
      error_file_id: null,
      request_counts: { total: 0, completed: 0, failed: 0 },
      metadata: { attempt: 'abc' },
    });
    expect(made.expires_at - made.created_at).toBe(86_400);

    await simulator.waitForBatch((batch) => batch.request_counts.completed === 2);
    expect(await client.get(made.id)).toMatchObject({
      status: 'in_progress',
      request_counts: { total: 5, completed: 2, failed: 0 },
      completed_at: null,
    });

    simulator.hold('finalizing');
    simulator.release('in_progress');
    await simulator.waitForBatch((batch) => batch.status === 'finalizing');
    simulator.release();
    await simulator.waitForBatch((batch) => batch.status === 'completed');
    const ended = await client.get(made.id);
    expect(ended).toMatchObject({ status: 'completed', request_counts: { total: 5, completed: 5, failed: 0 } });
    for (const at of [ended.in_progress_at, ended.finalizing_at, ended.completed_at])
      expect(at).toEqual(expect.any(Number));
    expect([ended.failed_at, ended.expired_at, ended.cancelling_at, ended.cancelled_at]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(ended.error_file_id).toBeNull();
  });

  it('splits rows by their HTTP status over two files, in an order that is not the input', async () => {
    await start();
    const lines = chatLines(12);
    lines.push(chatLine('bad', '#status:400'), chatLine('slow', '#status:429'), chatLine('down', '#status:500'));
    const { id } = await client.submit(lines);
    const ended = await simulator.waitForBatch((batch) => batch.status === 'completed');
    expect(ended.request_counts).toEqual({ total: 15, completed: 12, failed: 3 });

    const { output_file_id, error_file_id } = await client.get(id);
    const output = await client.rows(output_file_id);
    const errors = await client.rows(error_file_id);
    const order = output.map((row) => row.custom_id);
    expect(order).not.toEqual(Array.from({ length: 12 }, (_, index) => `r${index}`));
    expect(new Set(order).size).toBe(12);
    const row = output.find((each) => each.custom_id === 'r7');
    expect(row).toMatchObject({ error: null, id: expect.stringMatching(/^batch_req_/) });
    expect(row?.response).toMatchObject({
      status_code: 200,
      body: { object: 'chat.completion', choices: [{ message: { content: 'say 7' }, finish_reason: 'stop' }] },
    });
    expect(errors.map((each) => each.response?.status_code).sort()).toEqual([400, 429, 500]);
    for (const each of errors) {
      expect(each.error).toBeNull();
      expect(each.response?.body['error']).toMatchObject({ message: expect.any(String), type: expect.any(String) });
    }
  });

  it('completes a batch whose every line failed, with an error file only', async () => {
    await start();
    const { id } = await client.submit([chatLine('a', '#status:400')]);
    await simulator.waitForBatch((batch) => batch.status === 'completed');
    const ended = await client.get(id);
    expect(ended.output_file_id).toBeNull();
    expect(ids(await client.rows(ended.error_file_id))).toEqual(['a']);
  });

  it('drops, doubles and sends numbers that no double holds', async () => {
    await start();
    const { id } = await client.submit([
      chatLine('a', '#drop'),
      chatLine('b', '#dup'),
      chatLine('ü\u0000"', '#bignum'),
    ]);
    await simulator.waitForBatch((batch) => batch.status === 'completed');
    const ended = await client.get(id);
    expect(ended.request_counts).toEqual({ total: 3, completed: 3, failed: 0 });
    expect(ids(await client.rows(ended.output_file_id))).toEqual(['b', 'b', 'ü\u0000"']);
    const { body } = await client.send('GET', `/files/${ended.output_file_id}/content`);
    expect(body).toContain(BIG_NUMBERS);
  });

  it('keeps what ran before a cancel and answers the rest with batch_cancelled', async () => {
    await start();
    simulator.hold('in_progress', 2);
    simulator.hold('cancelling');
    const { id } = await client.submit(chatLines(5));
    await simulator.waitForBatch((batch) => batch.request_counts.completed === 2);
    const cancelled = await client.send('POST', `/batches/${id}/cancel`);
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'cancelling', output_file_id: null } });

    simulator.release();
    await simulator.waitForBatch((batch) => batch.status === 'cancelled');
    const ended = await client.get(id);
    expect(ids(await client.rows(ended.output_file_id))).toEqual(['r0', 'r1']);
    const errors = await client.rows(ended.error_file_id);
    expect(ids(errors)).toEqual(['r2', 'r3', 'r4']);
    for (const row of errors) expect(row).toMatchObject({ response: null, error: { code: 'batch_cancelled' } });

    const again = await client.send('POST', `/batches/${id}/cancel`);
    expect(again).toMatchObject({ status: 409, body: { error: { type: 'invalid_request_error' } } });
  });

  it('can complete in spite of a cancel', async () => {
    await start({ cancelEnds: 'completed' });
    simulator.hold('in_progress', 1);
    const { id } = await client.submit(chatLines(3));
    await simulator.waitForBatch((batch) => batch.request_counts.completed === 1);
    await client.send('POST', `/batches/${id}/cancel`);
    const ended = await simulator.waitForBatch((batch) => batch.status === 'completed');
    expect(ended.cancelling_at).not.toBeNull();
    expect(await client.rows(ended.output_file_id)).toHaveLength(3);
  });

  it('has no rows for a batch cancelled while it is validated', async () => {
    await start();
    simulator.hold('validating');
    const { id } = await client.submit(chatLines(3));
    await client.send('POST', `/batches/${id}/cancel`);
    const ended = await simulator.waitForBatch((batch) => batch.status === 'cancelled');
    expect(ended).toMatchObject({ output_file_id: null, error_file_id: null, request_counts: { total: 0 } });
  });

  it.each([
    ['when the window ends', chatLines(4), true],
    ['when a line cannot run', [...chatLines(2), chatLine('r2', '#expire'), chatLine('r3', '#expire')], false],
  ])('expires %s, keeping the rows that ran', async (_, lines, byHand) => {
    await start();
    if (byHand) simulator.hold('in_progress', 2);
    const { id } = await client.submit(lines);
    await simulator.waitForBatch((batch) => batch.request_counts.completed === 2);
    if (byHand) simulator.expireAll();
    await simulator.waitForBatch((batch) => batch.status === 'expired');
    const ended = await client.get(id);
    expect(ended.expired_at).not.toBeNull();
    expect(ids(await client.rows(ended.output_file_id))).toEqual(['r0', 'r1']);
    const errors = await client.rows(ended.error_file_id);
    expect(ids(errors)).toEqual(['r2', 'r3']);
    for (const row of errors) expect(row).toMatchObject({ response: null, error: { code: 'batch_expired' } });
  });

  it('can show a handle only some polls after the end', async () => {
    await start({ handleLag: { polls: 1, files: 'output' } });
    const { id } = await client.submit([...chatLines(1), chatLine('bad', '#status:400')]);
    await simulator.waitForBatch((batch) => batch.status === 'completed');
    expect(await client.get(id)).toMatchObject({ output_file_id: null, error_file_id: expect.any(String) });
    expect(await client.get(id)).toMatchObject({ output_file_id: expect.any(String) });
  });

  it('answers embeddings with one vector for each input', async () => {
    await start();
    const body = { model: 'text-embedding-3-small', input: ['a', 'b'] };
    const line = JSON.stringify({ custom_id: 'e', method: 'POST', url: '/v1/embeddings', body });
    await client.submit([line], { endpoint: '/v1/embeddings' });
    const { output_file_id } = await simulator.waitForBatch((batch) => batch.status === 'completed');
    const [row] = await client.rows(output_file_id);
    expect(row?.response?.body).toMatchObject({ object: 'list', data: [{ index: 0 }, { index: 1 }] });
  });

  it('lists batches newest first, by page', async () => {
    await start();
    const made: string[] = [];
    for (let n = 0; n < 3; n++) made.unshift((await client.submit(chatLines(1))).id);
    const first = (await client.send('GET', '/batches?limit=2')).body;
    expect(first).toMatchObject({ object: 'list', first_id: made[0], last_id: made[1], has_more: true });
    const second = (await client.send('GET', `/batches?limit=2&after=${made[1]}`)).body;
    expect(second).toMatchObject({ data: [{ id: made[2] }], has_more: false });
  });
});
