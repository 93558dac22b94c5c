import { isIP } from 'node:net';
import { z } from 'zod';

/** Express's names for networks that are not the internet's. */
const NAMES = ['loopback', 'linklocal', 'uniquelocal'];
const BITS: Readonly<Record<number, number>> = { 4: 32, 6: 128 };

/**
 * Whose `X-Forwarded-For` is believed: how many proxies there are in front, or which. Not `true` as Express takes it, with which
 * every client says for itself where it comes from.
 */
export const trustedProxies = z
  .string()
  .transform((text) => (/^\d{1,3}$/.test(text) ? Number(text) : text.split(',').map((part) => part.trim())))
  .refine((value) => typeof value === 'number' || value.every(isNetwork), {
    error: `must be the number of proxies, or addresses and networks such as 10.0.0.0/8, ${NAMES.join(', ')}`,
  })
  .optional();

function isNetwork(text: string): boolean {
  if (NAMES.includes(text)) return true;
  const [address = '', bits, ...more] = text.split('/');
  const most = BITS[isIP(address)];
  if (most === undefined || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
}
