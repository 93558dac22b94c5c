import { Injectable } from '@nestjs/common';
import { Not, type EntityManager } from 'typeorm';
import { attemptOf, sentItems } from '../batches/attempt';
import type { BatchEntity } from '../batches/batch.entity';
import { PartEntity } from '../batches/part.entity';
import { OperatorError } from '../common/operator-error';
import { Database } from '../persistence/database';
import type { ProviderAdapter, RemoteBatch } from '../providers/contract/adapter';
import { ENDED_STATES } from '../providers/contract/ended-states';
import { isNotFound, ProviderCallError } from '../providers/contract/errors';
import { areOf } from '../providers/upstream/unnamed-search';
import type { LeasedPart } from './part-leases';

/** A job that an operator takes for a parked part's: believed only as far as the provider and our rows bear it out. */
@Injectable()
export class AdoptableJob {
  private readonly table: string;

  constructor(database: Database) {
    this.table = database.tableOf(PartEntity);
  }

  /** Resolves to the job; throws {@link OperatorError} when it is not to be adopted. */
  async find(leased: LeasedPart, batch: BatchEntity, adapter: ProviderAdapter, remoteId: string): Promise<RemoteBatch> {
    return asked(adapter, async () => {
      const remote = await adapter.poll(remoteId, leased.signal);
      await this.assertFits(leased, batch, adapter, remote);
      return remote;
    });
  }

  private async assertFits(
    { part, signal }: LeasedPart,
    batch: BatchEntity,
    adapter: ProviderAdapter,
    { id, state, counts }: RemoteBatch,
  ): Promise<void> {
    const items = sentItems(part);
    // Some vendors count nothing until they have looked at the input.
    const told = counts !== null && counts.total > 0 ? counts.total : items;
    if (told !== items) {
      throw new OperatorError(`The job ${id} has ${told} items and the part ${part.id} has ${items}: it is another’s`);
    }
    if (!ENDED_STATES.includes(state)) return;
    const isOurs = await areOf(attemptOf(part, batch), adapter.results(id, signal, batch.endpoint));
    if (isOurs === true) return;
    throw new OperatorError(
      isOurs === false
        ? `The rows of the job ${id} do not carry the token ${part.attemptToken} of the part ${part.id}: it is another’s`
        : `The job ${id} has ended without a row that tells whose it is, so there is nothing to adopt`,
    );
  }

  /** One job is one part's, also when two are adopted at once: to be asked in the transaction that makes it this part's. */
  async assertFree({ part }: LeasedPart, remoteId: string, tx: EntityManager): Promise<void> {
    const { id, provider } = part;
    const lock = `${this.table} ${provider} ${remoteId}`;
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [lock]);
    const other = await tx.findOneBy(PartEntity, { provider, remoteId, id: Not(id) });
    if (other) throw new OperatorError(`The job ${remoteId} is the part ${other.id}’s already`);
  }
}

/** What a provider was asked for an operator; a call that fails is a sentence. */
export async function asked<T>({ id }: ProviderAdapter, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ProviderCallError)) throw error;
    const what = isNotFound(error) ? 'does not have it' : 'could not be asked';
    throw new OperatorError(`${id} ${what}, and nothing was changed: ${error.message}`, { cause: error });
  }
}
