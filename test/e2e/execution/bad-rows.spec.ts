import { ExecutionBench, outcomes, type BenchApp } from '../../support/execution/execution-bench';
import { inFullTier } from '../../support/full-tier-case';

const row = (customId: string, status: number, body: string) =>
  `{"id":"batch_req_1","custom_id":"${customId}","response":{"status_code":${status},"request_id":"r","body":${body}},"error":null}`;

describe('rows that a provider should not send', () => {
  let bench: ExecutionBench;
  let app: BenchApp;

  beforeEach(async () => {
    bench = await ExecutionBench.open();
    app = await bench.start();
  });
  afterEach(() => bench.dispose());

  /** Creates a batch whose every download holds what `rows` makes of the ids that were sent. */
  async function createAnswered(prompts: string[], rows: (ids: string[]) => string[]): Promise<string> {
    bench.simulator.onRequest((route, phase) => {
      if (route !== 'content' || phase !== 'received') return;
      const ids = [...(bench.simulator.creates[0]?.customIds ?? [])];
      bench.simulator.faults.add({ route, kind: { status: 200, body: `${rows(ids).join('\n')}\n` } });
    });
    return bench.create(app, prompts);
  }

  it('names the item of a row that cannot be read, and leaves the others right', async () => {
    const id = await createAnswered(['a', 'b', 'c'], ([first = '', second = '', third = '']) => [
      row(first, 200, '{"n":1.10}'),
      `{"id":"x","custom_id":"${second}","response":{"status_code":`,
      'Internal error: upstream worker 7 lost its temper',
      '\u0000\ufffd',
      'null',
      row('r0000000-zzzzzzzz', 200, '{"n":"another attempt"}'),
      row('r0000002', 200, '{"n":"no attempt"}'),
      row(third, 200, '{"n":3}'),
    ]);
    const batch = await app.api.waitFor(id, ['completed']);
    expect(outcomes(batch)).toEqual([200, 'provider_bad_row', 200]);
    expect(batch.request_counts).toEqual({ total: 3, completed: 2, failed: 1 });
    expect(await app.api.content(batch.output_file_id ?? '')).toContain('"body":{"n":1.10}');
    expect(bench.calls('content')).toBe(1);
  });

  it('ends after a few downloads when a row says nobody’s id', async () => {
    const id = await createAnswered(['a', 'b', 'c'], ([first = '', , third = '']) => [
      row(first, 200, '{"n":1}'),
      '{"id":"x","custom_id":',
      row(third, 200, '{"n":3}'),
    ]);
    const batch = await app.api.waitFor(id, ['completed']);
    expect(outcomes(batch)).toEqual([200, 'missing_result', 200]);
    expect(bench.calls('content')).toBeGreaterThan(1);
    expect(bench.calls('content')).toBeLessThanOrEqual(6);
  });

  inFullTier('ends when nothing of the download can be read', async () => {
    const id = await createAnswered(['a', 'b'], () => ['<html>', '  <h1>Maintenance</h1>', '</html>']);
    const batch = await app.api.waitFor(id, ['completed']);
    expect(outcomes(batch)).toEqual(['missing_result', 'missing_result']);
    expect(bench.calls('content')).toBeLessThanOrEqual(6);
  });

  it('takes secrets out of failures, keeps what was escaped valid, and leaves successes as they are', async () => {
    const told =
      'Bearer abc123secret, sk-proj-abcdefgh12345678 of org-AbCdEf123456 at https://x.example/f?sig=abcSIG&X=1 \\u0000 \\ud800 \\udc00 \\"q\\" \\\\';
    const success = `{"t":"${told}","n":12345678901234567890}`;
    const id = await createAnswered(['a', 'b', 'c'], ([first = '', second = '', third = '']) => [
      row(first, 400, `{"error":{"message":"${told}","code":"c"},"${'sk-keyname12345678'}":["Bearer abc123secret"]}`),
      row(second, 200, success),
      `{"id":"x","custom_id":"${third}","response":null,"error":{"code":"boom","message":"${told}"}}`,
    ]);
    const batch = await app.api.waitFor(id, ['completed']);
    expect(outcomes(batch)).toEqual([400, 200, 'boom']);
    const failures = await app.api.content(batch.error_file_id ?? '');
    expect(failures).not.toMatch(/abc123secret|abcdefgh1234|AbCdEf123456|abcSIG|keyname/);
    const lines = failures.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
    expect(failures).toContain('\\u0000 \\ud800');
    expect(await app.api.content(batch.output_file_id ?? '')).toContain(`"body":${success}},`);
  });

  inFullTier('fails a batch whose whole failure cannot be stored as it was told', async () => {
    const message = 'Key sk-proj-abcdefgh12345678\u0000 has \ud800 no room';
    bench.simulator.refuseNextBatch('billing_\u0000limit', message);
    const id = await bench.create(app, ['a', 'b']);
    const batch = await app.api.waitFor(id, ['failed']);
    expect(batch.errors_detail).toHaveLength(1);
    expect(batch.errors_detail[0]).toMatchObject({ code: expect.stringMatching(/^billing_.?limit$/u) as string });
    expect(batch.errors_detail[0]?.message).toMatch(/^Key \[key\].* has .* no room$/u);
    expect(JSON.stringify(batch)).not.toMatch(/abcdefgh|\\u0000|\\ud800/);
    expect(bench.calls('create')).toBe(1);
  });
});
