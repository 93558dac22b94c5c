import { safeMessages } from './safe-message';

describe('safeMessages', () => {
  const safe = safeMessages({
    authorization: 'Bearer 0123456789abcdef',
    'x-key': 'plain.secret$1',
    'x-other': 'pass/word=1',
    'user-agent': 'Mozilla/5.0',
    'acme-version': '2023-06-01',
  });

  it.each([
    ['with Bearer 0123456789abcdef', 'with [key]'],
    ['the key 0123456789abcdef, twice: 0123456789abcdef', 'the key [key], twice: [key]'],
    ['header plain.secret$1', 'header [key]'],
    ['plainXsecret$1', 'plainXsecret$1'],
    ['at /pass%2Fword%3D1/x, /pass%2fword%3d1 and pass/word=1', 'at /[key]/x, /[key] and [key]'],
    ['sk-some-other-key', '[key]'],
    ['Mozilla/5.0 does not know 2023-06-01', 'Mozilla/5.0 does not know 2023-06-01'],
  ])('says %j as %j', (text, said) => {
    expect(safe(text)).toBe(said);
  });

  it('does not take every letter for a key of one letter', () => {
    expect(safeMessages({ authorization: 'Bearer a' })('a bad day')).toBe('a bad day');
  });

  it('cuts a long text, and not a character', () => {
    expect(safe('x'.repeat(5000))).toHaveLength(2000);
    const cut = safe(`x${'😀'.repeat(2000)}`);
    expect([cut.length, cut.isWellFormed()]).toEqual([2000, true]);
  });

  it('leaves nothing of a key where it cuts', () => {
    expect(safe(`${'x'.repeat(1990)}0123456789abcdef`)).toBe(`${'x'.repeat(1990)}[key]`);
  });
});
