import { refusedIn, toRemoteBatch, toRemoteState, toSeconds } from './openai-shaped.mapper';
import { batchWire, pageWire, type BatchWire } from './openai-shaped.wire';

const wire = (more: Partial<BatchWire>): BatchWire => ({
  id: 'batch_1',
  status: 'failed',
  input_file_id: 'f',
  ...more,
});

describe('toRemoteState', () => {
  it.each(['validating', 'in_progress', 'finalizing', 'cancelling', 'completed', 'failed', 'expired', 'cancelled'])(
    'takes %s in any case',
    (status) => {
      expect([toRemoteState(status), toRemoteState(status.toUpperCase())]).toEqual([status, status]);
    },
  );

  it.each(['in_queue', 'ended', '', 'constructor', 'complete'])('never takes %j for an end', (status) => {
    expect(toRemoteState(status)).toBe('in_progress');
  });
});

describe('toRemoteBatch', () => {
  it('counts successes and failures, when it counts', () => {
    const counts = { total: 5, completed: 3, failed: 1 };
    expect(toRemoteBatch(wire({ status: 'in_progress', request_counts: counts }))).toEqual({
      id: 'batch_1',
      state: 'in_progress',
      counts: { total: 5, succeeded: 3, failed: 1 },
      errors: [],
      retryable: false,
      ranNothing: false,
    });
    expect(toRemoteBatch(wire({ request_counts: null })).counts).toBeNull();
  });

  it('tells the reasons, scrubbed', () => {
    const data = [
      { code: 'invalid_url', message: 'of org-AbCdEf123456', line: 3 },
      { code: null, message: null },
    ];
    expect(toRemoteBatch(wire({ errors: { data } })).errors).toEqual([
      { code: 'invalid_url', message: 'of [organisation]', line: 3, everyLine: true },
      { code: 'batch_failed', message: 'The provider gave no reason', line: null },
    ]);
  });

  it.each([
    ['token_limit_exceeded', 'failed', true],
    ['too_many_tasks', 'failed', true],
    ['invalid_url', 'failed', false],
    ['token_limit_exceeded', 'completed', false],
  ])('a %s of a %s batch may be tried again: %s', (code, status, retryable) => {
    expect(toRemoteBatch(wire({ status, errors: { data: [{ code }] } })).retryable).toBe(retryable);
  });
});

describe('what other vendors write in other shapes', () => {
  const read = (more: object) => toRemoteBatch(batchWire.parse({ id: 'batch_1', status: 'FAILED', ...more }));

  it.each([
    ['a bare list', { errors: [{ code: 'bad', message: 'm', line: 2 }] }, [{ code: 'bad', message: 'm', line: 2 }]],
    ['a text', { error: 'no such file' }, [{ code: 'batch_failed', message: 'no such file', line: null }]],
    ['one object', { error: { code: 400, message: 'm' } }, [{ code: '400', message: 'm', line: null }]],
    ['texts', { errors: ['a'] }, [{ code: 'batch_failed', message: 'a', line: null }]],
    [
      'a shape of its own',
      { errors: [{ code: {} }] },
      [{ code: 'batch_failed', message: 'The provider gave no reason', line: null }],
    ],
    ['an empty list', { errors: [] }, []],
    ['an empty text', { errors: '' }, []],
    ['nothing', { errors: null }, []],
  ])('reads reasons that are %s', (_, more, errors) => {
    expect(read(more)).toMatchObject({ state: 'failed', errors });
  });

  it.each([[{}], [{ request_counts: null }], [{ request_counts: { total: null, completed: null, failed: null } }]])(
    'has no counts in %j',
    (more) => {
      expect(read(more).counts).toBeNull();
    },
  );

  it.each([
    [1_800_000_000, 1_800_000_000],
    ['1800000000', 1_800_000_000],
    ['2027-01-15T08:00:00Z', 1_800_000_000],
    ['', null],
    ['soon', null],
    [{ seconds: 1 }, null],
    [null, null],
  ])('reads the time %j', (time, seconds) => {
    expect(toSeconds(time)).toBe(seconds);
  });

  it('takes a vendor’s own words, and no others for an end', () => {
    const words = { canceling: 'cancelling' } as const;
    expect([
      toRemoteState('CANCELING', words),
      toRemoteState('toString', words),
      toRemoteState('FAILED', words),
    ]).toEqual(['cancelling', 'in_progress', 'failed']);
  });

  it('reads a page in its envelope or bare', () => {
    const data = [{ id: 'a' }];
    expect(pageWire.parse(data)).toMatchObject({ data, has_more: false });
    expect(pageWire.parse({ data, paging: { next_cursor: 'c' } })).toMatchObject({
      data,
      paging: { next_cursor: 'c' },
    });
  });
});

describe('refusedIn', () => {
  it('names the fields at the top that the vendor does not take, once each', () => {
    const body = Buffer.from('{"model":"m","tem\\u0070erature":null,"n":1,"n":2,"metadata":{"top_p":1}}');
    const refused = refusedIn({ endpoint: '/v1/chat/completions', body }, ['temperature', 'top_p', 'n']);
    expect(refused.map(({ path }) => path)).toEqual([['temperature'], ['n']]);
  });
});
