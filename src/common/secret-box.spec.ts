import fc from 'fast-check';
import { SystemRandom } from './random';
import { isSecretsKey, newSecretsKey, SealBrokenError, SecretBox } from './secret-box';

const random = new SystemRandom();
const [NEW, OLD, OTHER] = [newSecretsKey(random), newSecretsKey(random), newSecretsKey(random)];

describe('SecretBox', () => {
  it('opens whatever it sealed, and seals nothing twice alike', () => {
    const box = new SecretBox([NEW], random);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (secret, place) => {
        const sealed = box.seal(secret.toWellFormed(), place);
        expect(box.open(sealed, place)).toBe(secret.toWellFormed());
        expect(box.seal(secret.toWellFormed(), place)).not.toBe(sealed);
      }),
    );
  });

  it('does not show the secret', () => {
    const sealed = new SecretBox([NEW], random).seal('whsec_abcdef', 'a');
    expect(Buffer.from(sealed.slice(3), 'base64url').toString('latin1')).not.toContain('whsec_');
  });

  it('notices a change of any byte', () => {
    const box = new SecretBox([NEW], random);
    const bytes = Buffer.from(box.seal('secret', 'a').slice(3), 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      expect(() => box.open(`v1.${changed.toString('base64url')}`, 'a')).toThrow(SealBrokenError);
    }
  });

  it.each(['', 'v1.', 'v1.AAAA', 'v2.AAAA', 'plain text'])('does not open %p', (text) => {
    expect(() => new SecretBox([NEW], random).open(text, 'a')).toThrow(SealBrokenError);
  });

  it('does not open what was sealed for another place', () => {
    const box = new SecretBox([NEW], random);
    expect(() => box.open(box.seal('secret', 'whk_1'), 'whk_2')).toThrow(SealBrokenError);
  });

  it('opens by an older key and seals by the first, so that the older one can go', () => {
    const before = new SecretBox([OLD], random).seal('secret', 'a');
    const during = new SecretBox([NEW, OLD], random);
    expect(during.open(before, 'a')).toBe('secret');
    const after = new SecretBox([NEW], random);
    expect(after.open(during.seal('secret', 'a'), 'a')).toBe('secret');
    expect(() => after.open(before, 'a')).toThrow(SealBrokenError);
    expect(() => new SecretBox([OTHER], random).open(before, 'a')).toThrow(SealBrokenError);
  });

  it.each(['', 'short', 'x'.repeat(44), Buffer.alloc(31).toString('base64'), Buffer.alloc(33).toString('base64')])(
    'takes no key but 32 bytes: %p',
    (key) => {
      expect(isSecretsKey(key)).toBe(false);
      expect(() => new SecretBox([key], random)).toThrow('32 bytes');
    },
  );

  it('takes a key in either alphabet of base64', () => {
    const key = Buffer.alloc(32, 0xfb);
    expect([key.toString('base64'), key.toString('base64url')].map(isSecretsKey)).toEqual([true, true]);
    const [one, other] = [key.toString('base64'), key.toString('base64url')].map(
      (text) => new SecretBox([text], random),
    );
    expect(other!.open(one!.seal('secret', 'a'), 'a')).toBe('secret');
  });
});
