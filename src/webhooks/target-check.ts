import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import { ValidationFailedError } from '../http/meshbatch-error';
import { HostNames } from './host-names';
import { TargetAddresses } from './target-addresses';

/** One for a host that is not found and for one that is inside: which of our network's names exist is not told. */
const NOT_PUBLIC = 'The URL must be https and lead to a public address';
const PROTOCOLS = ['https:', 'http:'];

/** Refuses a URL when it is named. A name may lead elsewhere later: what is connected to is checked again at every attempt. */
@Injectable()
export class TargetCheck {
  constructor(
    private readonly addresses: TargetAddresses,
    private readonly names: HostNames,
  ) {}

  /** The URL in its canonical spelling. @throws ValidationFailedError */
  async check(text: string): Promise<string> {
    if (!URL.canParse(text)) throw fault('Input should be a valid URL', text);
    const url = new URL(text);
    if (!PROTOCOLS.includes(url.protocol)) throw fault('The URL must be https', text);
    if (url.username !== '' || url.password !== '') throw fault('The URL must not hold credentials');
    for (const address of await this.addressesOf(hostOf(url), text)) this.checkAddress(address, url, text);
    url.hash = '';
    return url.href;
  }

  private checkAddress(address: string, { protocol }: URL, text: string): void {
    try {
      this.addresses.check(address, protocol);
    } catch {
      throw fault(NOT_PUBLIC, text);
    }
  }

  private async addressesOf(host: string, text: string): Promise<string[]> {
    if (isIP(host) !== 0) return [host];
    try {
      const found = await this.names.addressesOf(host);
      if (found.length > 0) return found.map(({ address }) => address);
    } catch {
      // Nothing of the resolver's own words: an owner need not learn how our network names things.
    }
    throw fault(NOT_PUBLIC, text);
  }
}

/** Without the brackets of an IPv6 address. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function fault(msg: string, input?: string): ValidationFailedError {
  const told = input !== undefined && input.length <= 64 ? { input } : {};
  return new ValidationFailedError([{ loc: ['body', 'url'], msg, type: 'value_error', ...told }]);
}
