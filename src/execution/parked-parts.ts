import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { OwnerEntity } from '../auth/owner.entity';
import { attemptOf, sentItems } from '../batches/attempt';
import { BatchEntity } from '../batches/batch.entity';
import { PartEntity } from '../batches/part.entity';
import { Clock } from '../common/clock';
import { OperatorError } from '../common/operator-error';
import { SafeLogger } from '../common/safe-logger';
import { Database } from '../persistence/database';
import type { ProviderAdapter } from '../providers/contract/adapter';
import { ProviderRegistry } from '../providers/provider-registry';
import { AdoptableJob, asked } from './adoptable-job';
import { AttemptEnds } from './attempt-ends';
import { PartLeases, type LeasedPart } from './part-leases';

/** A part that waits for an operator: nobody can tell whether its provider took the create. */
export interface ParkedPart {
  readonly id: string;
  readonly batchId: string;
  /** The owner's name, or its id where it has none. */
  readonly owner: string;
  readonly provider: string;
  /** The provider's own name of the model. */
  readonly model: string;
  /** How many items were sent, and the bytes that they have here. */
  readonly items: number;
  readonly bytes: number;
  readonly createSentAt: Date | null;
  readonly attemptToken: string | null;
  /** What to look for at the provider: a sentence. */
  readonly lookFor: string;
}

/** A worker that looks at the part, for its stop, holds it for moments. */
const LEASE_TRIES = 20;
const LEASE_TRY_MS = 250;

const PARKED = { state: 'needs_operator' } as const;

type OperatorStep = (leased: LeasedPart, batch: BatchEntity, adapter: ProviderAdapter) => Promise<void>;

/** What an operator does about parts in `needs_operator`, in any process. Refusals are {@link OperatorError}s. */
@Injectable()
export class ParkedParts {
  private readonly logger = new SafeLogger(ParkedParts.name);

  /** @internal */
  constructor(
    private readonly database: Database,
    private readonly leases: PartLeases,
    private readonly registry: ProviderRegistry,
    private readonly jobs: AdoptableJob,
    private readonly ends: AttemptEnds,
    private readonly clock: Clock,
  ) {}

  /** All of them, oldest first. */
  async list(): Promise<ParkedPart[]> {
    return this.describe(await this.database.manager.find(PartEntity, { where: PARKED, order: { id: 'ASC' } }));
  }

  /** One of them; throws {@link OperatorError} when it is not there or needs no operator. */
  async get(partId: string): Promise<ParkedPart> {
    const part = assertParked(partId, await this.database.manager.findOneBy(PartEntity, { id: partId }));
    const [parked] = await this.describe([part]);
    if (!parked) throw new OperatorError(`There is no part ${partId}`);
    return parked;
  }

  /**
   * The provider took the create, as the job of that id: the part goes on with it as if the create had been answered. Right also
   * for a batch that was cancelled meanwhile, whose job is paid for. Refuses a job that the provider does not have, that is another
   * part's, that has another number of items, or that has ended with rows of another attempt.
   */
  async adopt(partId: string, remoteId: string): Promise<void> {
    await this.withParked(partId, async (leased, batch, adapter) => {
      const job = await this.jobs.find(leased, batch, adapter, remoteId);
      await this.ends.adopt(leased, adapter, job, (tx) => this.jobs.assertFree(leased, job.id, tx));
      this.tell(leased, { remote_id: job.id }, 'An operator adopted a job for a part');
    });
  }

  /**
   * The provider did not take the create: the part is sent anew. If it did after all, the items are bought twice. Refuses a part that
   * is to stop.
   */
  async resubmit(partId: string): Promise<void> {
    await this.withParked(partId, async (leased, batch, adapter) => {
      const { stopReason, attemptToken } = leased.part;
      if (stopReason !== null)
        throw new OperatorError(`The batch of ${partId} is ${stopReason}: nothing of it is sent anew`);
      await asked(adapter, () => adapter.withdraw(attemptOf(leased.part, batch), leased.signal));
      await this.ends.startAgain(leased);
      this.tell(leased, { forgotten_attempt: attemptToken }, 'An operator let a part be sent anew');
    });
  }

  private async describe(parts: readonly PartEntity[]): Promise<ParkedPart[]> {
    const { manager } = this.database;
    const batches = await manager.findBy(BatchEntity, { id: In(parts.map((part) => part.batchId)) });
    const owners = await manager.findBy(OwnerEntity, { id: In(batches.map((batch) => batch.ownerId)) });
    return parts.flatMap((part) => {
      const batch = batches.find(({ id }) => id === part.batchId);
      const name = owners.find(({ id }) => id === batch?.ownerId)?.name;
      return batch ? [toParked(part, batch, name ?? batch.ownerId)] : [];
    });
  }

  private async withParked(partId: string, work: OperatorStep): Promise<void> {
    for (let tries = 1; tries <= LEASE_TRIES; tries++) {
      assertParked(partId, await this.database.manager.findOneBy(PartEntity, { id: partId }));
      if (await this.withLease(partId, work)) return;
      await this.clock.sleep(LEASE_TRY_MS);
    }
    throw new OperatorError(`The part ${partId} is in other hands: try again in a few seconds`);
  }

  /** False when somebody else has the part just now. */
  private async withLease(partId: string, work: OperatorStep): Promise<boolean> {
    let isDone = false;
    await this.leases.withPart(partId, async (leased) => {
      const { provider, batchId } = assertParked(partId, leased.part);
      const adapter = this.registry.findAdapter(provider);
      if (!adapter) throw new OperatorError(`The provider ${provider} is not configured, so it cannot be asked`);
      await work(leased, await this.database.manager.findOneByOrFail(BatchEntity, { id: batchId }), adapter);
      isDone = true;
    });
    return isDone;
  }

  private tell({ part }: LeasedPart, more: object, message: string): void {
    const { batchId: batch_id, id: part_id, provider } = part;
    this.logger.warn({ by: 'operator', batch_id, part_id, provider, ...more }, message);
  }
}

function assertParked(partId: string, part: PartEntity | null): PartEntity {
  if (!part) throw new OperatorError(`There is no part ${partId}`);
  if (part.state === PARKED.state) return part;
  throw new OperatorError(`The part ${partId} needs no operator: it is ${part.state}`);
}

function toParked(part: PartEntity, batch: BatchEntity, owner: string): ParkedPart {
  const { id, batchId, provider, inputBytes: bytes, createSentAt, attemptToken } = part;
  const items = sentItems(part);
  const since = createSentAt?.toISOString() ?? 'its batch was made';
  const lookFor = `a job of ${items} items made after ${since}, in whose rows the ids end in -${attemptToken}`;
  const model = batch.upstreamModel;
  return { id, batchId, owner, provider, model, items, bytes, createSentAt, attemptToken, lookFor };
}
