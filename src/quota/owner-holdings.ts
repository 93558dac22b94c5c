/**
 * Tells how to count what the limits are about; whoever keeps the batches implements it. Each is SQL of one number, of the owner whose
 * id is the parameter `owner`, such as `$1`.
 */
export abstract class OwnerHoldings {
  /** Batches that have not ended. */
  abstract activeCount(owner: string): string;
  /** Bytes of the files that the owner can read: inputs, and the results of batches that have ended. */
  abstract storedBytes(owner: string): string;
}
