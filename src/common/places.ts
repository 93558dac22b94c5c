/** A number of places, of which one owner has at most a share. */
export class Places {
  private all = 0;
  /** By owner; one who has none is not in it. */
  private readonly owners = new Map<string, number>();
  /** Those that come back, in their order. */
  private readonly returning: { readonly ownerId: string; readonly goOn: () => void }[] = [];

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

  /** Takes one; whether there is room is to be asked before. */
  take(ownerId: string): void {
    this.count(ownerId, 1);
  }

  /** Takes one once there is room, before anybody who comes anew. */
  async retake(ownerId: string): Promise<void> {
    if (this.hasRoomFor(ownerId)) return this.take(ownerId);
    await new Promise<void>((goOn) => this.returning.push({ ownerId, goOn }));
  }

  free(ownerId: string): void {
    this.count(ownerId, -1);
    const next = this.returning.findIndex((one) => this.hasRoomFor(one.ownerId));
    if (next === -1) return;
    const [{ ownerId: nextOwner, goOn }] = this.returning.splice(next, 1) as [(typeof this.returning)[number]];
    this.take(nextOwner);
    goOn();
  }

  private count(ownerId: string, change: 1 | -1): void {
    const count = (this.owners.get(ownerId) ?? 0) + change;
    if (count === 0) this.owners.delete(ownerId);
    else this.owners.set(ownerId, count);
    this.all += change;
  }
}
