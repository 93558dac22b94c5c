import { BatchLimitExceededError } from '../../../src/quota/quota.errors';
import { WORLD } from '../kernel/actor';
import type { SimulatedProcess } from './simulated-process';
import { modelOf, type PlannedBatch } from './plan';
import type { World } from './world';

const TRY_AGAIN_MS = 30_000;
const ROOM_MS = 20 * 60_000;
const TRIES = 8;

/** Those who call the API. One whose call had no answer does not repeat it: it cannot know. */
export class Clients {
  private readonly underWay = new Map<object, SimulatedProcess>();
  private planned = 0;
  /** Ids of batches whose create was answered. */
  readonly accepted = new Map<PlannedBatch, string>();

  constructor(private readonly world: World) {
    for (const batch of world.plan.batches) {
      this.plan(batch.at, (tries) => this.create(batch, tries));
      if (batch.cancelAt !== null) this.plan(batch.cancelAt, (tries) => this.cancel(batch, tries));
    }
  }

  /** Whether somebody waits for an answer. */
  get isBusy(): boolean {
    for (const [call, process] of this.underWay) if (process.isDead) this.underWay.delete(call);
    return this.underWay.size > 0;
  }

  /** Whether all calls are made and answered. */
  get areDone(): boolean {
    return this.planned === 0 && !this.isBusy;
  }

  /** Does `act` after a while; it says when it is to be done again, or null. */
  private plan(inMs: number, act: (tries: number) => number | null, tries = 1): void {
    this.planned++;
    this.world.scheduler.after(WORLD, inMs, 'client', () => {
      this.planned--;
      const again = act(tries);
      if (again !== null && tries < TRIES) this.plan(again, act, tries + 1);
    });
  }

  private create(batch: PlannedBatch, tries: number): number | null {
    const process = this.server();
    if (!process) return TRY_AGAIN_MS;
    const body = Buffer.from(
      JSON.stringify({ requests: batch.prompts.map((prompt, index) => itemOf(batch, prompt, index)) }),
    );
    const call = async () => {
      const bytes = (async function* () {
        yield body;
      })();
      const created = await process.creates.create(
        batch.owner,
        { bytes, format: { kind: 'json' } },
        new AbortController().signal,
      );
      this.accepted.set(batch, created.batch.id);
    };
    this.follow(process, call, (error) => {
      if (error instanceof BatchLimitExceededError) this.plan(ROOM_MS, (more) => this.create(batch, more), tries + 1);
    });
    return null;
  }

  private cancel(batch: PlannedBatch, tries: number): number | null {
    const id = this.accepted.get(batch);
    const process = this.server();
    if (id === undefined || !process) return TRY_AGAIN_MS;
    this.follow(
      process,
      () => process.batches.cancel(batch.owner, id),
      () => this.plan(TRY_AGAIN_MS, (more) => this.cancel(batch, more), tries + 1),
    );
    return null;
  }

  private follow(process: SimulatedProcess, call: () => Promise<unknown>, failed: (error: unknown) => void): void {
    const key = {};
    this.underWay.set(key, process);
    void call()
      .catch(failed)
      .finally(() => this.underWay.delete(key));
  }

  private server(): SimulatedProcess | undefined {
    return this.world.processes.find((process) => process.takesCalls);
  }
}

function itemOf(batch: PlannedBatch, prompt: string, index: number): object {
  const content = { messages: [{ role: 'user', content: prompt }], max_tokens: 64 };
  const body = { model: modelOf(batch.provider), ...content };
  return { custom_id: `item-${index}`, method: 'POST', url: '/v1/chat/completions', body };
}
