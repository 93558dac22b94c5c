import fc from 'fast-check';
import { explainItem, readItem, type ReadItem } from './item-reader';

const VALID = { custom_id: 'one', body: { model: 'm', messages: [{ role: 'user', content: 'hi' }] } };
const LOC = ['body', 'requests', 7];

const read = (text: string) => readItem(Buffer.from(text), 7);
const isRead = (result: ReturnType<typeof readItem>): result is ReadItem => 'customId' in result;

describe('readItem', () => {
  it('reads the facts and keeps the bytes of custom_id and body', () => {
    const item = read('{ "body" : {"model":"m",\n "n":1.10},"extra":1, "custom_id":"a\\u00e9" }') as ReadItem;
    expect(item).toMatchObject({ customId: 'aé', model: 'm', endpoint: '/v1/chat/completions' });
    expect(item.customIdJson.toString()).toBe('"a\\u00e9"');
    expect(item.body.toString()).toBe('{"model":"m",  "n":1.10}');
  });

  it.each([
    ['an escaped key', '{"custom\\u005fid":"x","b\\u006fdy":{"mod\\u0065l":"m"}}'],
    ['stream false', '{"custom_id":"x","body":{"model":"m","stream":false}}'],
    ['stream null', '{"custom_id":"x","body":{"model":"m","stream":null}}'],
    ['512 astral characters', `{"custom_id":"${'😀'.repeat(512)}","body":{"model":"m"}}`],
    ['a member named __proto__', '{"__proto__":{"method":"GET"},"custom_id":"x","body":{"model":"m","__proto__":1}}'],
    ['a known url', '{"custom_id":"x","url":"/v1/embeddings","method":"POST","body":{"model":"m"}}'],
    ['the key twice below body', '{"custom_id":"x","body":{"model":"m","a":{"k":1,"k":2}}}'],
  ])('takes %s', (_, text) => {
    expect(isRead(read(text))).toBe(true);
  });

  it.each<[string, string, (string | number)[], string]>([
    ['no object', '[1]', [], 'dict_type'],
    ['no custom_id', '{"body":{"model":"m"}}', ['custom_id'], 'missing'],
    ['a custom_id of another type', '{"custom_id":1,"body":{"model":"m"}}', ['custom_id'], 'string_type'],
    ['a null custom_id', '{"custom_id":null,"body":{"model":"m"}}', ['custom_id'], 'string_type'],
    ['an empty custom_id', '{"custom_id":"","body":{"model":"m"}}', ['custom_id'], 'string_too_short'],
    ['513 characters', `{"custom_id":"${'😀'.repeat(513)}","body":{"model":"m"}}`, ['custom_id'], 'string_too_long'],
    ['a control character', '{"custom_id":"a\\u0085","body":{"model":"m"}}', ['custom_id'], 'string_pattern_mismatch'],
    ['a lone surrogate', '{"custom_id":"\\ud83d","body":{"model":"m"}}', ['custom_id'], 'string_pattern_mismatch'],
    ['no body', '{"custom_id":"x"}', ['body'], 'missing'],
    ['a body that is a list', '{"custom_id":"x","body":[{"model":"m"}]}', ['body'], 'dict_type'],
    ['a null body', '{"custom_id":"x","body":null}', ['body'], 'dict_type'],
    ['no model', '{"custom_id":"x","body":{}}', ['body', 'model'], 'missing'],
    ['a model only in __proto__', '{"custom_id":"x","body":{"__proto__":{"model":"m"}}}', ['body', 'model'], 'missing'],
    ['a null model', '{"custom_id":"x","body":{"model":null}}', ['body', 'model'], 'string_type'],
    ['an empty model', '{"custom_id":"x","body":{"model":""}}', ['body', 'model'], 'string_type'],
    ['a model of another type', '{"custom_id":"x","body":{"model":["m"]}}', ['body', 'model'], 'string_type'],
    ['stream true', '{"custom_id":"x","body":{"model":"m","stream":true}}', ['body', 'stream'], 'literal_error'],
    ['another method', '{"custom_id":"x","method":"GET","body":{"model":"m"}}', ['method'], 'literal_error'],
    ['another url', '{"custom_id":"x","url":"/v1/files","body":{"model":"m"}}', ['url'], 'literal_error'],
    ['a key twice in the item', '{"custom_id":"x","a":1,"\\u0061":2,"body":{"model":"m"}}', ['a'], 'duplicate_key'],
    ['a key twice in body', '{"custom_id":"x","body":{"model":"m","model":"n"}}', ['body', 'model'], 'duplicate_key'],
  ])('refuses %s', (_, text, loc, type) => {
    expect(read(text)).toMatchObject([{ loc: [...LOC, ...loc], type }]);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(readItem(Buffer.from('{"custom_id":"\xff","body":{"model":"m"}}', 'latin1'), 7)).toMatchObject([
      { loc: LOC, type: 'string_unicode' },
    ]);
  });

  it('tells every faulty member, and never a long value back', () => {
    const faults = explainItem({ custom_id: 'x'.repeat(600), method: 'GET', url: 3, body: 'secret'.repeat(20) }, 7);
    expect(faults.map((fault) => fault.loc.at(-1)).sort()).toEqual(['body', 'custom_id', 'method', 'url']);
    expect(JSON.stringify(faults)).not.toMatch(/xxx|secret/);
  });
});

const JUNK = fc.constantFrom<unknown>(null, true, false, 0, 1.5, '', 'x', [], ['m'], {}, { model: 'm' });
const TEXT = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('\ud800', '\udc00', '\u0000', '\u007f', '\u009f', '\u2028', '😀', '__proto__', '","method":"'),
  fc.constantFrom('x'.repeat(512), 'x'.repeat(513), '😀'.repeat(512), '😀'.repeat(513), `${'😀'.repeat(511)}\ud83d`),
);
const ABSENT = Symbol('absent');
/** Valid, near to valid, or left out. */
const member = (...valid: unknown[]) =>
  fc.oneof(
    { arbitrary: fc.constantFrom(...valid), weight: 40 },
    { arbitrary: JUNK, weight: 2 },
    { arbitrary: TEXT, weight: 1 },
    fc.constant(ABSENT),
  );
const body = fc
  .record({ model: member('m', 'openai/x'), stream: member(false, ABSENT, null, 'true', 1), temperature: member(0.5) })
  .chain((members) =>
    fc.boolean().map((proto) => (proto ? withProto(present(members), { model: 'm', stream: true }) : present(members))),
  );
const item = fc
  .record({
    custom_id: member('id', 'é'),
    method: member('POST', 'POST', 'POST', ABSENT, 'post'),
    url: member('/v1/chat/completions', '/v1/embeddings', '/v1/responses', ABSENT, '/V1/embeddings'),
    body: fc.oneof({ arbitrary: body, weight: 20 }, JUNK, fc.constant(ABSENT)),
    unknown: member(1),
  })
  .chain((members) =>
    fc.boolean().map((proto) => (proto ? withProto(present(members), { custom_id: 'p' }) : present(members))),
  );

function present(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== ABSENT));
}

function withProto(target: Record<string, unknown>, value: object): Record<string, unknown> {
  return Object.defineProperty({ ...target }, '__proto__', { value, enumerable: true });
}

describe('the fast check and the DTO', () => {
  const seen = { valid: 0, faulty: 0 };

  it('agree on what is valid, and a fault is located at a member that is at fault', () => {
    fc.assert(
      fc.property(item, fc.boolean(), (value, pretty) => {
        const text = JSON.stringify(value, null, pretty ? 1 : 0);
        const result = read(text);
        const faults = explainItem(JSON.parse(text) as object, 7);
        seen[isRead(result) ? 'valid' : 'faulty']++;
        expect(isRead(result)).toBe(faults.length === 0);
        if (isRead(result)) return;
        expect(result).toEqual(faults);
        expect([...faultyMembers(value)].sort()).toEqual(faults.map((fault) => fault.loc[3]).sort());
        for (const fault of faults) expect(fault.loc.slice(0, 3)).toEqual(LOC);
      }),
      { seed: 20261, numRuns: 1200 },
    );
    expect(Math.min(seen.valid, seen.faulty)).toBeGreaterThan(200);
  });

  /** The rules of the contract, written down a third time and on their own. */
  function faultyMembers(value: Record<string, unknown>): Set<string> {
    const faulty = new Set<string>();
    const own = (key: string) => (Object.hasOwn(value, key) ? value[key] : undefined);
    const id = own('custom_id');
    if (typeof id !== 'string' || !/^(?:(?!\p{Cc}|\p{Cs})[\s\S]){1,512}$/u.test(id)) faulty.add('custom_id');
    if (![undefined, 'POST'].includes(own('method') as string)) faulty.add('method');
    const urls = ['/v1/chat/completions', '/v1/embeddings', '/v1/completions', '/v1/responses', undefined];
    if (!urls.includes(own('url') as string)) faulty.add('url');
    const content = own('body') as Record<string, unknown> | undefined;
    if (typeof content !== 'object' || content === null || Array.isArray(content)) faulty.add('body');
    else if (typeof content['model'] !== 'string' || content['model'] === '' || content['stream'] === true) {
      faulty.add('body');
    }
    return faulty;
  }

  it('agree on null, which is a value and not an absence', () => {
    for (const key of ['custom_id', 'method', 'url', 'body']) {
      expect(read(JSON.stringify({ ...VALID, [key]: null }))).toMatchObject([{ loc: [...LOC, key] }]);
    }
  });
});
