import fc from 'fast-check';
import { toLine } from './openai-line';

const line = (body: string) =>
  toLine({ endpoint: '/v1/chat/completions', body: Buffer.from(body) }, 'r0000000-abcd1234', 'gpt').toString();
const bodyOf = (body: string) => {
  const head = '{"custom_id":"r0000000-abcd1234","method":"POST","url":"/v1/chat/completions","body":';
  const text = line(body);
  expect(text.startsWith(head) && text.endsWith('}')).toBe(true);
  return text.slice(head.length, -1);
};

describe('toLine', () => {
  it.each([
    [
      '{"model":"openai/gpt-4o","n":12345678901234567890,"t":1.10}',
      '{"model":"gpt","n":12345678901234567890,"t":1.10}',
    ],
    ['{ "a" : 1 , "model" : "m" }', '{"a" : 1,"model":"gpt"}'],
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

  it('has the url that the vendor wants', () => {
    const item = { endpoint: '/v1/chat/completions', body: Buffer.from('{"model":"m"}') } as const;
    expect(toLine(item, 'r1', 'gpt', '/v4/chat/completions').toString()).toBe(
      '{"custom_id":"r1","method":"POST","url":"/v4/chat/completions","body":{"model":"gpt"}}',
    );
  });
});
