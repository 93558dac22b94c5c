import { ManualClock } from '../../test/support/manual-clock';
import { Metrics } from '../metrics/metrics';
import { IncompleteDownloadError, type Attempt, type ProviderAdapter, type StagedLines } from './contract/adapter';
import { ProviderCallError } from './contract/errors';
import { MeasuredAdapter } from './measured-adapter';
import { UpstreamCalls } from './upstream-calls';

const ATTEMPT = {} as Attempt;
const LINES = {} as StagedLines;
const { signal } = new AbortController();

describe('MeasuredAdapter', () => {
  const clock = new ManualClock();
  let metrics: Metrics;
  let calls: UpstreamCalls;
  beforeEach(() => {
    metrics = new Metrics({}, clock);
    calls = new UpstreamCalls(metrics, clock);
  });
  const measured = (adapter: Partial<ProviderAdapter>) =>
    new MeasuredAdapter({ id: 'acme', ...adapter } as ProviderAdapter, calls);
  const samples = async () =>
    (await metrics.registry.metrics())
      .split('\n')
      .filter((line) => /^meshbatch_upstream_calls_total|duration_seconds_(sum|count)/.test(line));

  it('hands every call on as it is, and counts each', async () => {
    const answer = jest.fn().mockResolvedValue('answer');
    const each = { stage: answer, submit: answer, find: answer, poll: answer };
    const adapter = measured({ ...each, cancel: answer, withdraw: answer, cleanup: answer });
    await expect(adapter.stage(ATTEMPT, LINES, signal)).resolves.toBe('answer');
    await adapter.submit(ATTEMPT, LINES, signal);
    await adapter.find(ATTEMPT, signal);
    await adapter.poll('job', signal);
    await adapter.cancel('job', signal);
    await adapter.withdraw(ATTEMPT, signal);
    await adapter.cleanup(ATTEMPT, 'job', signal);
    expect(answer.mock.calls).toEqual([
      [ATTEMPT, LINES, signal],
      [ATTEMPT, LINES, signal],
      [ATTEMPT, signal],
      ['job', signal],
      ['job', signal],
      [ATTEMPT, signal],
      [ATTEMPT, 'job', signal],
    ]);
    const names = ['stage', 'submit', 'find', 'poll', 'cancel', 'withdraw', 'cleanup'];
    expect((await samples()).filter((line) => line.includes('calls_total'))).toEqual(
      names.map((call) => `meshbatch_upstream_calls_total{provider="acme",call="${call}",outcome="ok"} 1`),
    );
  });

  it('leaves what is done for every item to the adapter', async () => {
    const outcomes = (async function* () {})();
    const line = Buffer.from('{}');
    const adapter = measured({ results: () => outcomes, encode: () => line, check: () => [] });
    expect(adapter.results('job', signal, '/v1/messages')).toBe(outcomes);
    expect(adapter.encode({} as never, 'r0', {} as never)).toBe(line);
    expect(adapter.check({} as never, {} as never)).toEqual([]);
    expect(await samples()).toEqual([]);
  });

  it.each([
    ['throttled', new ProviderCallError('acme', 'throttled', 'Slow down')],
    ['incomplete', new IncompleteDownloadError('Cut short')],
    ['error', new TypeError('A bug')],
  ])('counts a failure as %s and throws it on', async (outcome, error) => {
    const adapter = measured({ poll: () => Promise.reject(error) });
    await expect(adapter.poll('job', signal)).rejects.toBe(error);
    expect(await samples()).toContain(
      `meshbatch_upstream_calls_total{provider="acme",call="poll",outcome="${outcome}"} 1`,
    );
  });

  it('tells what was broken off here from what failed there', async () => {
    const adapter = measured({
      poll: () => Promise.reject(new ProviderCallError('acme', 'ambiguous', 'No answer from the provider')),
    });
    await expect(adapter.poll('job', AbortSignal.abort())).rejects.toThrow('No answer');
    expect((await samples())[0]).toContain('outcome="aborted"');
  });

  it('takes the time of a call, and what throws before it has a promise for a failure', async () => {
    const slow = measured({ poll: () => clock.sleep(2_500).then(() => Promise.reject(new Error('Late'))) });
    const polled = expect(slow.poll('job', signal)).rejects.toThrow('Late');
    await clock.forward(2_500);
    await polled;
    const broken = measured({
      cancel: () => {
        throw new Error('A bug of the host’s');
      },
    });
    await expect(broken.cancel('job', signal)).rejects.toThrow('A bug');
    expect(await samples()).toEqual([
      'meshbatch_upstream_calls_total{provider="acme",call="poll",outcome="error"} 1',
      'meshbatch_upstream_calls_total{provider="acme",call="cancel",outcome="error"} 1',
      'meshbatch_upstream_call_duration_seconds_sum{provider="acme",call="poll"} 2.5',
      'meshbatch_upstream_call_duration_seconds_count{provider="acme",call="poll"} 1',
      'meshbatch_upstream_call_duration_seconds_sum{provider="acme",call="cancel"} 0',
      'meshbatch_upstream_call_duration_seconds_count{provider="acme",call="cancel"} 1',
    ]);
  });
});
