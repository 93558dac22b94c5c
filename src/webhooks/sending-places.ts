import type { Busy, DueDelivery } from './deliveries.store';

/** How many deliveries are under way at once: altogether, of one owner, and to one endpoint. */
export const SENDING_LIMITS = { all: 64, owner: 16, endpoint: 4 } as const;

/** The deliveries under way, so that endpoints that are slow hold up nobody else's. */
export class SendingPlaces {
  private readonly taken = new Map<string, DueDelivery>();

  get free(): number {
    return SENDING_LIMITS.all - this.taken.size;
  }

  /** Takes a place for a delivery; false when it has to wait. */
  take(delivery: DueDelivery): boolean {
    const { endpoints, owners } = this.busy();
    const mustWait = endpoints.includes(delivery.endpointId) || owners.includes(delivery.ownerId);
    if (this.free === 0 || mustWait || this.taken.has(delivery.id)) return false;
    this.taken.set(delivery.id, delivery);
    return true;
  }

  leave({ id }: Pick<DueDelivery, 'id'>): void {
    this.taken.delete(id);
  }

  /** Whose places are all taken. */
  busy(): Busy {
    const taken = [...this.taken.values()];
    return {
      endpoints: full(
        taken.map(({ endpointId }) => endpointId),
        SENDING_LIMITS.endpoint,
      ),
      owners: full(
        taken.map(({ ownerId }) => ownerId),
        SENDING_LIMITS.owner,
      ),
    };
  }
}

function full(ids: readonly string[], limit: number): string[] {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return [...counts].flatMap(([id, count]) => (count >= limit ? [id] : []));
}
