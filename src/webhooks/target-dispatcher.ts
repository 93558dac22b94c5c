import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Agent, buildConnector } from 'undici';
import { HostNames } from './host-names';
import { RefusedTargetError, TargetAddresses } from './target-addresses';

const CONNECT_MS = 10_000;
const IDLE_MS = 1_000;

/**
 * Connects to addresses that were checked, and to no others: a name is resolved once, where the connection is made, so that what was
 * checked is what is connected to, whatever the name leads to a moment later.
 */
@Injectable()
export class TargetDispatcher implements OnApplicationShutdown {
  readonly agent: Agent;
  private readonly connectors: Readonly<Record<string, buildConnector.connector>>;

  constructor(
    private readonly addresses: TargetAddresses,
    private readonly names: HostNames,
  ) {
    const connector = (protocol: string) => buildConnector({ timeout: CONNECT_MS, lookup: this.lookupFor(protocol) });
    this.connectors = { 'https:': connector('https:'), 'http:': connector('http:') };
    this.agent = new Agent({
      connect: (options, callback) => this.connect(options, callback),
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.agent.destroy();
  }

  private connect(options: buildConnector.Options, callback: buildConnector.Callback): void {
    const { hostname, protocol } = options;
    try {
      // Node asks nobody about a host that is an address already.
      if (isIP(hostname) !== 0) this.addresses.check(hostname, protocol);
    } catch (error) {
      return callback(error as Error, null);
    }
    this.connectors[protocol]!(options, callback);
  }

  private lookupFor(protocol: string): LookupFunction {
    return (host, options, callback) => {
      this.checked(host, protocol).then(
        (found) => (options.all ? callback(null, found) : callback(null, found[0]!.address, found[0]!.family)),
        (error: NodeJS.ErrnoException) => callback(error, [] as LookupAddress[]),
      );
    };
  }

  /**
   * One address that is refused refuses them all: who names such a one means no good by the others. A host that is not found is refused
   * like one that is inside: which of our network's names exist is not told.
   */
  private async checked(host: string, protocol: string): Promise<LookupAddress[]> {
    const found = await this.names.addressesOf(host).catch(() => []);
    if (found.length === 0) throw new RefusedTargetError();
    for (const { address } of found) this.addresses.check(address, protocol);
    return found;
  }
}
