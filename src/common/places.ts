/** A number of places, of which one owner has at most a share. */
export class Places {
  private all = 0;
  /** By owner; one who has none is not in it. */
  private readonly owners = new Map<string, number>();

  constructor(
    readonly limit: number,
    /** Of one owner. */
    private readonly share: number,
  ) {}

  get taken(): number {
    return this.all;
  }

  get full(): boolean {
    return this.all >= this.limit;
  }

  hasRoomFor(ownerId: string): boolean {
    return !this.full && (this.owners.get(ownerId) ?? 0) < this.share;
  }

  /** Takes one, whether or not there is room. */
  take(ownerId: string): void {
    this.count(ownerId, 1);
  }

  free(ownerId: string): void {
    this.count(ownerId, -1);
  }

  private count(ownerId: string, change: 1 | -1): void {
    const count = (this.owners.get(ownerId) ?? 0) + change;
    if (count === 0) this.owners.delete(ownerId);
    else this.owners.set(ownerId, count);
    this.all += change;
  }
}
