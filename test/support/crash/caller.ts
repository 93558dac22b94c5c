import { setTimeout as sleep } from 'node:timers/promises';
import { bodyOf, type PlannedBatch } from '../cluster/accepted-batch';
import type { BatchBody } from '../service/api-client';
import type { CrashLane } from './crash-lane';

const TERMINAL = ['completed', 'failed', 'cancelled', 'expired'];
/** A lease must lapse, a create is looked for, and the machine may be busy. */
const END_MS = 60_000;
const LOOK_MS = 50;

/** Creates a batch as a client does that is not told whether it was stored: it looks, and asks again when it was not. */
export async function createUntilStored(lane: CrashLane, planned: PlannedBatch): Promise<string> {
  const deadline = Date.now() + END_MS;
  for (;;) {
    const answer = await lane
      .client()
      .create(bodyOf(planned))
      .catch(() => null);
    if (answer?.status === 200) return answer.body.id;
    if (answer !== null && answer.status < 500) throw new Error(`Not created: ${JSON.stringify(answer.body)}`);
    const stored = (await listed(lane, deadline)).filter(({ metadata }) => metadata?.tag === planned.tag);
    if (stored.length > 1) throw new Error('One create stored two batches');
    if (stored[0]) return stored[0].id;
  }
}

/** Sends a create with a key again and again until it is answered: it is stored once, whatever became of the first. */
export async function createByKey(lane: CrashLane, planned: PlannedBatch): Promise<string> {
  for (const deadline = Date.now() + END_MS; Date.now() < deadline; await sleep(LOOK_MS)) {
    const answer = await lane
      .client()
      .create(bodyOf(planned), { 'idempotency-key': planned.tag })
      .catch(() => null);
    if (answer !== null && ![200, 409].includes(answer.status) && answer.status < 500)
      throw new Error(`Not created: ${JSON.stringify(answer.body)}`);
    if (answer?.status !== 200) continue;
    const stored = (await listed(lane, deadline)).filter(({ metadata }) => metadata?.tag === planned.tag);
    if (stored.length !== 1 || stored[0]?.id !== answer.body.id) throw new Error('One create stored other batches');
    return answer.body.id;
  }
  throw new Error('The create is never answered');
}

/** Cancels a batch, again until it is told that it did. */
export async function cancelUntilTold(lane: CrashLane, id: string): Promise<void> {
  const deadline = Date.now() + END_MS;
  for (;;) {
    const batch = await lane
      .client()
      .cancel(id)
      .catch(() => null);
    if (batch?.id === id) return;
    await listed(lane, deadline);
  }
}

/** The batch once it has ended, whatever happens to the API meanwhile. */
export async function waitForEnd(lane: CrashLane, id: string): Promise<BatchBody> {
  const deadline = Date.now() + END_MS;
  for (;;) {
    const batch = await lane
      .client()
      .get(id)
      .catch(() => null);
    if (batch && TERMINAL.includes(batch.status)) return batch;
    if (Date.now() > deadline) throw new Error(`The batch is still ${JSON.stringify(batch)}`);
    await sleep(LOOK_MS);
  }
}

/** The last batches, as soon as the API answers. */
async function listed(lane: CrashLane, deadline: number): Promise<BatchBody[]> {
  for (;;) {
    const path = '/v1/batches?limit=20';
    const answer = await lane
      .client()
      .send<{ data: BatchBody[] }>('GET', path)
      .catch(() => null);
    if (answer?.status === 200) return answer.body.data;
    if (Date.now() > deadline) throw new Error('The API does not come back');
    await sleep(LOOK_MS);
  }
}
