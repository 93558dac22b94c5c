/** Tells how to count what the limit is about; whoever keeps the batches implements it. */
export abstract class ActiveBatchCounter {
  /** SQL of the number of batches that have not ended, of the owner whose id is the parameter `owner`, such as `$1`. */
  abstract activeCount(owner: string): string;
}
