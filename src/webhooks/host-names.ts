import type { LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { Clock } from '../common/clock';

const LOOKUP_MS = 5_000;
/** How long one server may take, the first time. */
const TRY = { timeout: 1_500, tries: 2 };

/** Asks for the addresses of a host. */
export abstract class HostNames {
  /** All of them; throws when there are none, or when there is no answer in time. */
  abstract addressesOf(host: string): Promise<LookupAddress[]>;
}

/** Where names are looked up: a test has its own. */
interface NameSources {
  readonly hostsFile: string;
  /** Left out: those that the system is configured with. */
  readonly servers?: readonly string[];
}

/**
 * Asks the hosts file and then the DNS servers. Not `dns.lookup`: it holds one of a few threads that the whole process shares until the
 * system gives up, so that owners whose names are never answered would have nobody else's host found, a provider's neither.
 */
export class SystemHostNames extends HostNames {
  constructor(
    private readonly clock: Clock,
    private readonly sources: NameSources = { hostsFile: '/etc/hosts' },
  ) {
    super();
  }

  async addressesOf(host: string): Promise<LookupAddress[]> {
    const written = addressesIn(await readFile(this.sources.hostsFile, 'utf8').catch(() => ''), host);
    return written.length > 0 ? written.map(toLookupAddress) : this.ask(host);
  }

  private async ask(host: string): Promise<LookupAddress[]> {
    const resolver = new Resolver(TRY);
    if (this.sources.servers) resolver.setServers(this.sources.servers);
    const answered = new AbortController();
    void this.clock.sleep(LOOKUP_MS, answered.signal).then(() => resolver.cancel());
    try {
      const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
      const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
      if (found.length === 0 && answers[0].status === 'rejected') throw answers[0].reason;
      return found.map(toLookupAddress);
    } finally {
      answered.abort();
    }
  }
}

/** What a hosts file says of a host: lines of an address and its names. */
function addressesIn(hostsFile: string, host: string): string[] {
  const wanted = host.toLowerCase();
  const lines = hostsFile.split('\n').map((line) => line.replace(/#.*/, '').trim().split(/\s+/));
  return lines.flatMap(([address = '', ...names]) =>
    isIP(address) !== 0 && names.some((name) => name.toLowerCase() === wanted) ? [address] : [],
  );
}

function toLookupAddress(address: string): LookupAddress {
  return { address, family: isIP(address) };
}
