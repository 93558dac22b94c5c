import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { Injectable } from '@nestjs/common';

/** Asks for the addresses of a host, as connections do. */
export abstract class HostNames {
  /** All of them; throws as `dns.lookup` does. */
  abstract addressesOf(host: string): Promise<LookupAddress[]>;
}

@Injectable()
export class SystemHostNames extends HostNames {
  addressesOf(host: string): Promise<LookupAddress[]> {
    return lookup(host, { all: true });
  }
}
