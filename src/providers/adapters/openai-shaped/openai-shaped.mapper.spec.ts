import { refusedIn, toRemoteBatch, toRemoteState, toSeconds } from './openai-shaped.mapper';
import { batchWire, pageWire, type BatchWire } from './openai-shaped.wire';
import type { OpenAiProfile } from './profile';
import { AZURE_OPENAI } from './profiles/azure-openai';
import { DEEPINFRA } from './profiles/deepinfra';
import { GROQ } from './profiles/groq';
import { OPENAI } from './profiles/openai';
import { OPENAI_SHAPED_PROFILES } from './profiles/profiles';
import { TOGETHER } from './profiles/together';
import { UNVERIFIED_PROFILES } from './profiles/unverified';

const wire = (more: Partial<BatchWire>): BatchWire => ({
  id: 'batch_1',
  status: 'failed',
  input_file_id: 'f',
  ...more,
});

const NONE = { total: 5, completed: 0, failed: 0 };

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
    expect(toRemoteBatch(wire({ status: 'in_progress', request_counts: counts }), OPENAI)).toEqual({
      id: 'batch_1',
      state: 'in_progress',
      counts: { total: 5, succeeded: 3, failed: 1 },
      errors: [],
      retryable: false,
      ranNothing: false,
    });
    expect(toRemoteBatch(wire({ request_counts: null }), OPENAI).counts).toBeNull();
  });

  it('tells the reasons, scrubbed', () => {
    const data = [
      { code: 'invalid_url', message: 'of org-AbCdEf123456', line: 3 },
      { code: null, message: null },
    ];
    expect(toRemoteBatch(wire({ errors: { data } }), OPENAI).errors).toEqual([
      { code: 'invalid_url', message: 'of [organisation]', line: 3, everyLine: true },
      { code: 'batch_failed', message: 'The provider gave no reason', line: null },
    ]);
  });

  it.each([
    ['token_limit_exceeded', 'failed', true],
    ['too_many_tasks', 'failed', false],
    ['invalid_url', 'failed', false],
    ['token_limit_exceeded', 'completed', false],
  ])('a %s of a %s batch may be tried again: %s', (code, status, retryable) => {
    const failed = wire({ status, request_counts: NONE, errors: { data: [{ code }] } });
    expect(toRemoteBatch(failed, OPENAI).retryable).toBe(retryable);
  });

  it('does not blame a line for there being too many', () => {
    const errors = { data: [{ code: 'too_many_tasks', message: 'm', line: 50_001 }] };
    expect(toRemoteBatch(wire({ errors }), OPENAI).errors).toMatchObject([{ everyLine: true }]);
  });
});

describe('what a failed batch shows of what ran', () => {
  const errors = { data: [{ code: 'token_limit_exceeded' }] };
  const told = (more: Partial<BatchWire>, profile: OpenAiProfile) => {
    const { ranNothing, retryable } = toRemoteBatch(wire({ errors, ...more }), profile);
    return [ranNothing, retryable];
  };
  const NOTHING = [true, true];
  const PERHAPS = [false, false];

  it.each<[string, Partial<BatchWire>, boolean[]]>([
    ['counts of nothing', { request_counts: NONE }, NOTHING],
    ['no counts', { request_counts: null }, [false, true]],
    ['a success', { request_counts: { ...NONE, completed: 1 } }, PERHAPS],
    ['a failure', { request_counts: { ...NONE, failed: 1 } }, PERHAPS],
    ['counts that add up to nothing', { request_counts: { total: 5, completed: -1, failed: 1 } }, PERHAPS],
    ['an output file', { request_counts: NONE, output_file_id: 'f' }, PERHAPS],
    ['an error file', { request_counts: NONE, error_file_id: 'f' }, PERHAPS],
    ['ids of no file', { request_counts: NONE, output_file_id: null, error_file_id: '' }, NOTHING],
    ['another state', { request_counts: NONE, status: 'expired' }, PERHAPS],
  ])('is certain or not by %s', (_, more, certain) => {
    expect(told(more, OPENAI)).toEqual(certain);
  });

  it.each([AZURE_OPENAI, DEEPINFRA])('is certain in spite of an error file at $id, which always has one', (profile) => {
    expect(told({ request_counts: NONE, error_file_id: 'f' }, profile)).toEqual(NOTHING);
    expect(told({ request_counts: NONE, output_file_id: 'f', error_file_id: 'f' }, profile)).toEqual(PERHAPS);
    expect(told({ error_file_id: 'f' }, profile)).toEqual([false, true]);
  });

  it('is certain by null in place of counts at DeepInfra, which counts once a batch is validated, and nowhere else', () => {
    expect(told({ request_counts: null }, DEEPINFRA)).toEqual(NOTHING);
    expect(told({ request_counts: null, output_file_id: 'f' }, DEEPINFRA)).toEqual(PERHAPS);
    for (const profile of [OPENAI, AZURE_OPENAI, GROQ]) {
      expect(told({ request_counts: null }, profile)).toEqual([false, true]);
    }
    const unreadable = batchWire.parse({ ...wire({ errors }), request_counts: { total: 'many' } });
    expect(told(unreadable, DEEPINFRA)).toEqual([false, true]);
  });

  it('is certain at Together, which never counts, when there is no file, and never tries again by itself', () => {
    expect(told({}, TOGETHER)).toEqual([true, false]);
    expect(told({ output_file_id: 'f' }, TOGETHER)).toEqual(PERHAPS);
    expect(told({ error_file_id: 'f' }, TOGETHER)).toEqual(PERHAPS);
    expect(told({ status: 'COMPLETED' }, TOGETHER)).toEqual(PERHAPS);
  });

  it.each(UNVERIFIED_PROFILES)('is never certain at $id, which nobody has tried', (profile) => {
    expect(told({ request_counts: NONE }, profile)).toEqual([false, true]);
  });
});

describe('the line that a reason names', () => {
  const lineOf = (line: unknown, lineBase: OpenAiProfile['lineBase']) => {
    const batch = batchWire.parse(wire({ errors: { data: [{ code: 'invalid_request', line }] } }));
    return toRemoteBatch(batch, { ...OPENAI, lineBase }).errors[0]?.line;
  };

  it.each<[unknown, OpenAiProfile['lineBase'], number | null]>([
    [1, 1, 1],
    [7, 1, 7],
    [0, 1, null],
    [0, 0, 1],
    [7, 0, 8],
    [-1, 0, null],
    [1.5, 1, null],
    [7, null, null],
    [null, 1, null],
    ['7', 1, null],
  ])('%j, counted from %j, is our %j', (line, base, ours) => {
    expect(lineOf(line, base)).toBe(ours);
  });

  it('is counted as its vendor counts, and is none where nobody has tried', () => {
    const bases = OPENAI_SHAPED_PROFILES.filter(({ lineBase }) => lineBase !== null);
    expect(bases).toEqual([OPENAI, AZURE_OPENAI, GROQ, DEEPINFRA]);
    expect(bases.map(({ lineBase }) => lineBase)).toEqual([1, 1, 1, 1]);
  });
});

describe('what other vendors write in other shapes', () => {
  const read = (more: object) => toRemoteBatch(batchWire.parse({ id: 'batch_1', status: 'FAILED', ...more }), OPENAI);

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

describe('pageWire', () => {
  it('takes entries of any shape', () => {
    const data = [null, 5, 'x', [], { id: 7 }, { id: 'a' }];
    expect(pageWire.parse(data).data).toEqual(data);
    expect(pageWire.parse({ data, has_more: true })).toMatchObject({ data, has_more: true });
  });
});

describe('refusedIn', () => {
  it('names the fields at the top that the vendor does not take, once each', () => {
    const body = Buffer.from('{"model":"m","tem\\u0070erature":null,"n":1,"n":2,"metadata":{"top_p":1}}');
    const refused = refusedIn({ endpoint: '/v1/chat/completions', body }, ['temperature', 'top_p', 'n']);
    expect(refused.map(({ path }) => path)).toEqual([['temperature'], ['n']]);
  });
});
