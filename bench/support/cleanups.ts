type Cleanup = () => Promise<unknown> | void;

/** What must be undone, newest first, whatever happens meanwhile. */
export class Cleanups {
  private readonly list: Cleanup[] = [];

  add(cleanup: Cleanup): void {
    this.list.push(cleanup);
  }

  /** Undoes all; a failure is told and does not hold up the rest. */
  async run(): Promise<void> {
    for (let cleanup = this.list.pop(); cleanup; cleanup = this.list.pop()) {
      try {
        await cleanup();
      } catch (error) {
        console.error('Could not clean up:', error);
      }
    }
  }
}
