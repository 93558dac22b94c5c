import type { IncomingMessage } from 'node:http';
import { idempotencyKeyOf } from './idempotency-header';

const withKeys = (...keys: string[]) =>
  ({ rawHeaders: keys.flatMap((key) => ['Idempotency-Key', key]) }) as IncomingMessage;

describe('idempotencyKeyOf', () => {
  it.each(['k', 'a b', '"quoted"', '~'.repeat(255), '8e03978e-40d5-43dd-bc93-6894a57f9324'])('takes %s', (key) => {
    expect(idempotencyKeyOf(withKeys(key))).toBe(key);
  });

  it('is null where there is none', () => {
    expect(idempotencyKeyOf(withKeys())).toBeNull();
  });

  it.each([
    ['string_too_short', ['']],
    ['string_too_long', ['k'.repeat(256)]],
    ['string_pattern_mismatch', ['tab\t']],
    ['string_pattern_mismatch', ['caf\u00e9']],
    ['duplicate_key', ['k', 'k']],
  ])('refuses as %s', (type, keys) => {
    expect(() => idempotencyKeyOf(withKeys(...keys))).toThrow(
      expect.objectContaining({ faults: [expect.objectContaining({ loc: ['header', 'idempotency-key'], type })] }),
    );
  });
});
