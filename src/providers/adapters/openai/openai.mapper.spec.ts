import fc from 'fast-check';
import { toLine, toOutcome, toRemoteBatch, toRemoteState, unreadable } from './openai.mapper';
import type { BatchWire } from './openai.wire';

const wire = (more: Partial<BatchWire>): BatchWire => ({
  id: 'batch_1',
  status: 'failed',
  input_file_id: 'f',
  ...more,
});
const line = (body: string) =>
  toLine({ endpoint: '/v1/chat/completions', body: Buffer.from(body) }, 'r0000000-abcd1234', 'gpt').toString();
const bodyOf = (body: string) => {
  const head = '{"custom_id":"r0000000-abcd1234","method":"POST","url":"/v1/chat/completions","body":';
  const text = line(body);
  expect(text.startsWith(head) && text.endsWith('}')).toBe(true);
  return text.slice(head.length, -1);
};
const read = (row: string) => toOutcome(Buffer.from(row));
const outcome = (row: string) => {
  const taken = read(row);
  if (!taken) throw new Error('The row was not taken');
  return taken;
};

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
    });
    expect(toRemoteBatch(wire({ request_counts: null })).counts).toBeNull();
  });

  it('tells the reasons, scrubbed', () => {
    const data = [
      { code: 'invalid_url', message: 'of org-AbCdEf123456', line: 3 },
      { code: null, message: null },
    ];
    expect(toRemoteBatch(wire({ errors: { data } })).errors).toEqual([
      { code: 'invalid_url', message: 'of [organisation]', line: 3 },
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

describe('toLine', () => {
  it.each([
    [
      '{"model":"openai/gpt-4o","n":12345678901234567890,"t":1.10}',
      '{"model":"gpt","n":12345678901234567890,"t":1.10}',
    ],
    ['{ "a" : 1 , "model" : "m" }', '{ "a" : 1 , "model" : "gpt" }'],
    ['{"mod\\u0065l":"m"}', '{"mod\\u0065l":"gpt"}'],
    ['{"model":"m","tools":[{"model":"m","stream":false}]}', '{"model":"gpt","tools":[{"model":"m","stream":false}]}'],
  ])('replaces the model at the top of %s only', (body, sent) => {
    expect(bodyOf(body)).toBe(sent);
  });

  it.each([
    '{"stream":false,"model":"m","a":[1,2]}',
    '{"model":"m" , "stream" : false , "a":[1,2]}',
    '{"model":"m","a":[1,2] , "stream":null}',
    '{"a":[1,2],"stream":false,"model":"m"}',
    '{"model":"m","a":[1,2],"str\\u0065am":false}',
  ])('leaves stream out of %s', (body) => {
    expect(JSON.parse(bodyOf(body))).toEqual({ model: 'gpt', a: [1, 2] });
  });

  it('changes nothing else, wherever the members stand', () => {
    const member = fc.tuple(fc.string({ unit: 'binary', maxLength: 4 }), fc.jsonValue({ maxDepth: 1 }));
    fc.assert(
      fc.property(fc.array(member, { maxLength: 4 }), fc.nat(), fc.option(fc.nat()), (members, at, streamAt) => {
        const own = new Map(members.filter(([key]) => !['model', 'stream', '__proto__'].includes(key)));
        const wanted = [...own];
        wanted.splice(at % (wanted.length + 1), 0, ['model', 'gpt']);
        const sent = wanted.map(([key, value]) => [key, key === 'model' ? 'm' : value]);
        if (streamAt !== null) sent.splice(streamAt % (sent.length + 1), 0, ['stream', false]);
        const text = sent.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(' , ');
        const entries = Object.entries(JSON.parse(bodyOf(`{ ${text} }`)) as object);
        expect(Object.fromEntries(entries)).toEqual(JSON.parse(JSON.stringify(Object.fromEntries(wanted))));
      }),
      { seed: 20282, numRuns: 300 },
    );
  });
});

describe('toOutcome', () => {
  it('keeps the bytes of a body', () => {
    const body = '{"id":"x", "n":12345678901234567890,"p":1.10,"t":"\\u00e9\\u2028"}';
    const row = `{"id":"b","custom_id":"r1","response":{"status_code":200,"request_id":"q","body":${body}},"error":null}`;
    expect({ ...outcome(row), response: { ...outcome(row).response, body: null } }).toEqual({
      itemId: 'r1',
      response: { statusCode: 200, requestId: 'q', body: null },
      error: null,
    });
    expect(outcome(row).response?.body.toString()).toBe(body);
  });

  it('reads a row that got a 4xx: a response, and no error of its own', () => {
    const row =
      '{"custom_id":"r1","response":{"status_code":400,"request_id":"q","body":{"error":{"code":"x"}}},"error":null}';
    expect(outcome(row)).toMatchObject({ response: { statusCode: 400 }, error: null });
  });

  it('reads a row that never ran', () => {
    const row = '{"custom_id":"r1","response":null,"error":{"code":"batch_expired","message":"late"}}';
    expect(outcome(row)).toEqual({ itemId: 'r1', response: null, error: { code: 'batch_expired', message: 'late' } });
    const silent = '{"custom_id":"r1","response":null,"error":{"code":null}}';
    expect(outcome(silent).error).toEqual({ code: 'provider_error', message: 'The provider gave no reason' });
  });

  // The wire takes rows that leave either out; the contract of ItemOutcome has null and never undefined.
  it('reads a member that is left out as null', () => {
    const success = outcome('{"custom_id":"r1","response":{"status_code":200,"body":{}}}');
    expect(success.response).toMatchObject({ requestId: null });
    expect(success.error).toBeNull();
    expect(outcome('{"custom_id":"r1","error":{"code":"x","message":"y"}}').response).toBeNull();
  });

  it.each(['', '{"custom_id":"r1"', '{}', '[]', '{"custom_id":"r1","response":{"body":{}},"error":null}'])(
    'does not take %j for a row',
    (row) => {
      expect(read(row)).toBeNull();
    },
  );
});

describe('unreadable', () => {
  it('blames the item that a bad row names, and nobody when it names none', () => {
    const code = 'provider_bad_row';
    expect(unreadable(Buffer.from('{"custom_id": "r0000001-abcdefgh","response":{'))).toMatchObject({
      itemId: 'r0000001-abcdefgh',
      error: { code },
    });
    expect(unreadable(Buffer.from('<html>'))).toMatchObject({ itemId: '', response: null, error: { code } });
  });
});
