import { Injectable } from '@nestjs/common';
import { PollsStore, type ClaimedPoll, type QuietPoll } from '../batches/polls.store';
import type { Lease } from '../batches/parts.store';
import { Clock } from '../common/clock';
import { SafeLogger } from '../common/safe-logger';
import type { ProviderAdapter, RemoteBatch } from '../providers/contract/adapter';
import { ENDED_STATES } from '../providers/contract/ended-states';
import { ProviderRegistry } from '../providers/provider-registry';
import { PartLeases, RENEW_MS } from './part-leases';
import { PartRunner } from './part-runner';
import { PollInterval } from './poll-interval';

/**
 * Polls from their claim on. One that finds its job in the state that is known of it waits here to be written with others; all
 * else takes the part the step further that its row asks for.
 */
@Injectable()
export class PollsUnderWay {
  private readonly logger = new SafeLogger(PollsUnderWay.name);
  private readonly running = new Map<ClaimedPoll, Promise<void>>();
  /** Leases of parts whose provider is being asked, and when each is to be renewed. */
  private readonly asking = new Map<Lease, number>();
  private quiet: QuietPoll[] = [];
  private unasked: Lease[] = [];

  constructor(
    private readonly polls: PollsStore,
    private readonly registry: ProviderRegistry,
    private readonly runner: PartRunner,
    private readonly leases: PartLeases,
    private readonly interval: PollInterval,
    private readonly clock: Clock,
  ) {}

  begin(claimed: ClaimedPoll): void {
    const poll = this.run(claimed)
      .catch((error: unknown) => {
        // The row could not even be written: the lease lapses and the part comes up again.
        this.logger.error({ err: error, part_id: claimed.lease.partId }, 'A poll met an error');
      })
      .finally(() => this.running.delete(claimed));
    this.running.set(claimed, poll);
  }

  /** How many of each provider's are under way. */
  byProvider(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { provider } of this.running.keys()) counts.set(provider, (counts.get(provider) ?? 0) + 1);
    return counts;
  }

  /** Writes what is waiting, in bulk. What cannot be written is polled again once its lease has lapsed. */
  async write(): Promise<void> {
    const [quiet, unasked] = [this.quiet, this.unasked];
    [this.quiet, this.unasked] = [[], []];
    await this.polls.write(quiet);
    await this.polls.release(unasked);
  }

  /** Holds the leases of those whose provider takes its time. */
  async renew(): Promise<void> {
    const now = this.clock.now();
    const old = [...this.asking].flatMap(([lease, renewAt]) => (renewAt <= now ? [lease] : []));
    await this.polls.renew(old);
    for (const lease of old) if (this.asking.has(lease)) this.asking.set(lease, now + RENEW_MS);
  }

  /** Resolves once all have ended. */
  async ended(): Promise<void> {
    await Promise.all(this.running.values());
  }

  private async run(claimed: ClaimedPoll): Promise<void> {
    const { lease, provider, remoteId, stopReason } = claimed;
    const adapter = this.registry.findAdapter(provider);
    if (!adapter || remoteId === null || stopReason !== null) return this.runner.advanceClaimed(lease);
    const answer = await this.ask(lease, remoteId, adapter);
    if (this.leases.stopped.aborted && answer.status === 'rejected') return void this.unasked.push(lease);
    const counts = quietCounts(claimed, answer);
    if (counts === undefined) return this.runner.advanceClaimed(lease, answer);
    this.quiet.push({ claimed, counts, dueAt: this.interval.nextPoll(adapter) });
  }

  private async ask(lease: Lease, remoteId: string, adapter: ProviderAdapter) {
    this.asking.set(lease, this.clock.now() + RENEW_MS);
    // A host's adapter may also throw before it has a promise.
    const asked = (async () => adapter.poll(remoteId, this.leases.stopped))();
    const [answer] = await Promise.allSettled([asked]);
    this.asking.delete(lease);
    return answer;
  }
}

/** What a job counts that goes on in the state that is known of it; undefined for any other answer. */
function quietCounts(
  { remoteState }: ClaimedPoll,
  answer: PromiseSettledResult<RemoteBatch>,
): QuietPoll['counts'] | undefined {
  if (answer.status === 'rejected' || answer.value.state !== remoteState) return undefined;
  const { state, counts } = answer.value;
  // What a host's adapter counts must not spoil what is written of all others.
  const isWritable = counts === null || [counts.total, counts.succeeded, counts.failed].every(Number.isSafeInteger);
  return ENDED_STATES.includes(state) || !isWritable ? undefined : counts;
}
