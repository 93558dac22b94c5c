import type { EntityManager } from 'typeorm';

/** Counts what the limit is about; whoever keeps the batches implements it. */
export abstract class ActiveBatchCounter {
  /** Batches of that owner that have not ended, as seen by `manager`'s transaction. */
  abstract countActive(ownerId: string, manager: EntityManager): Promise<number>;
}
