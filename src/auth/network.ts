import { isIP, isIPv6 } from 'node:net';

const MAPPED = '::ffff:';
const GROUPS = 8;
const NETWORK_GROUPS = 4;

/**
 * Whom a client address belongs to, as a text that is safe to log: an IPv4 address itself, of an IPv6 address its /64, which is the
 * least that one customer of a network has. Whatever is no address is `unknown`, all of it together.
 */
export function networkOf(address = ''): string {
  const lower = address.toLowerCase();
  const own = lower.startsWith(MAPPED) && isIP(lower.slice(MAPPED.length)) === 4 ? lower.slice(MAPPED.length) : lower;
  if (!isIPv6(own)) return isIP(own) === 4 ? own : 'unknown';
  const [head = [], tail = []] = own.split('::').map((side) => side.split(':').filter(Boolean));
  const zeros = Array<string>(Math.max(0, GROUPS - head.length - tail.length)).fill('0');
  const groups = [...head, ...zeros, ...tail].slice(0, NETWORK_GROUPS);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
