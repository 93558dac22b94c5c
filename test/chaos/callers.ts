import { setTimeout as sleep } from 'node:timers/promises';
import { bodyOf, type AcceptedBatch } from '../support/cluster/accepted-batch';
import type { Answer, BatchBody } from '../support/service/api-client';
import type { Cluster } from '../support/cluster/cluster';
import type { Violation } from '../support/cluster/violation';
import type { History } from './history';
import type { PlannedCreate } from './load-plan';

/** What the caller of a create knows: the id that it was answered with, a refusal, or nothing. */
type Told = { readonly id: string } | { readonly status: number } | null;

/** Sends creates and cancels as callers do, who get no answer now and then and do not ask again. */
export class Callers {
  private readonly told = new Map<PlannedCreate, Told>();
  private readonly pending = new Set<Promise<void>>();

  constructor(
    private readonly cluster: Cluster,
    private readonly history: History,
  ) {}

  /** Each create at its time; resolves once all are answered or given up. */
  async run(plan: readonly PlannedCreate[]): Promise<void> {
    for (const planned of plan) {
      await sleep(Math.max(0, planned.atMs - this.history.now()));
      const sending: Promise<void> = this.create(planned).finally(() => this.pending.delete(sending));
      this.pending.add(sending);
    }
    await Promise.all(this.pending);
  }

  /**
   * What was taken, by the rows, since a create without an answer may have been stored; and what must not be: an answer that says
   * otherwise, or one create stored twice.
   */
  async settled(): Promise<{ accepted: AcceptedBatch[]; violations: Violation[] }> {
    const rows = await this.cluster.rows.query<{ id: string; owner: string; tag: string }>(
      `SELECT id, owner_id AS owner, metadata::json ->> 'tag' AS tag FROM meshbatch_batches`,
    );
    const violations: Violation[] = [];
    const accepted = [...this.told].flatMap(([{ batch }, told]) => {
      const stored = rows.filter(({ tag }) => tag === batch.tag);
      const detail = `stored as ${stored.map(({ id }) => id).join(', ')}; the caller was told ${JSON.stringify(told)}`;
      const wasRefused = told !== null && 'status' in told && told.status < 500;
      const isAsTold = told !== null && 'id' in told ? stored[0]?.id === told.id : !wasRefused || stored.length === 0;
      if (stored.length > 1 || !isAsTold) violations.push({ kind: 'create', subject: batch.tag, detail });
      return stored.map(({ id, owner }) => ({ ...batch, id, ownerId: owner }));
    });
    return { accepted, violations };
  }

  private async create(planned: PlannedCreate): Promise<void> {
    const { batch, owner, api, cancelAfterMs } = planned;
    this.told.set(planned, null);
    const answer = await this.client(owner, api)
      .create(bodyOf(batch))
      .catch(() => null);
    const told = toTold(answer);
    this.told.set(planned, told);
    this.history.note('create', { tag: batch.tag, vendor: batch.vendor, items: batch.items.length, owner, told });
    if (told === null || !('id' in told) || cancelAfterMs === null) return;
    await sleep(cancelAfterMs);
    const cancelled = await this.client(owner, api)
      .cancel(told.id)
      .catch((error: unknown) => String(error));
    this.history.note('cancel', { tag: batch.tag, id: told.id, answer: cancelled });
  }

  private client(owner: number, api: number) {
    return this.cluster.client(owner, api);
  }
}

function toTold(answer: Answer<BatchBody> | null): Told {
  if (answer === null) return null;
  return answer.status === 200 ? { id: answer.body.id } : { status: answer.status };
}
