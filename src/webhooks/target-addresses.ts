import { Inject, Injectable } from '@nestjs/common';
import ipaddr from 'ipaddr.js';
import { WEBHOOKS_OPTIONS, type WebhooksModuleOptions } from './webhooks.options';

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Public by its number, and answers a machine at Azure with what is the machine's own. Documented there as the "wire server". */
const METADATA_ADDRESSES = ['168.63.129.16'];
/** All that is handed out to networks of the internet is in it; what is not, such as `::/96`, leads somewhere else. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** Whom a URL must not lead to: it is an owner who names it, and we who connect. */
export class RefusedTargetError extends Error {
  override readonly name = 'RefusedTargetError';

  constructor() {
    super('The URL leads nowhere, or to an address that webhooks are not sent to');
  }
}

/** Reads a network as an operator writes it: `10.0.0.0/8`, `fd00::/8`, or one address. Throws when it is none. */
export function parseNetwork(text: string): Network {
  if (text.includes('/')) return ipaddr.parseCIDR(text);
  const address = ipaddr.parse(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** Which addresses deliveries may go to: those of the public internet, by https, and those that the operator allows. */
@Injectable()
export class TargetAddresses {
  private readonly allowed: Network[];

  constructor(@Inject(WEBHOOKS_OPTIONS) { allowedNetworks = [] }: WebhooksModuleOptions) {
    this.allowed = allowedNetworks.map(parseNetwork);
  }

  /** @throws RefusedTargetError @param protocol as a `URL` has it, such as `https:` */
  check(address: string, protocol: string): void {
    // An IPv4 address that is written as an IPv6 one is what it leads to.
    const parsed = ipaddr.isValid(address) ? ipaddr.process(address) : null;
    if (parsed === null) throw new RefusedTargetError();
    if (ipaddr.subnetMatch(parsed, { allowed: this.allowed }, 'other') === 'allowed') return;
    if (protocol !== 'https:' || !isPublic(parsed)) throw new RefusedTargetError();
  }
}

/** Of special ranges none: private, loopback, link-local (metadata), carrier-grade NAT, NAT64 and other tunnels, multicast, reserved. */
function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast' || METADATA_ADDRESSES.includes(address.toString())) return false;
  return address.kind() === 'ipv4' || (address as ipaddr.IPv6).match(GLOBAL_IPV6);
}
