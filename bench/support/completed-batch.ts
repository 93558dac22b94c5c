import { setTimeout as sleep } from 'node:timers/promises';
import { get, getJson, drain } from './http-calls';

const LOOK_MS = 250;

interface Batch {
  readonly status: string;
  readonly output_file_id: string | null;
  readonly request_counts: { readonly total: number; readonly completed: number };
}

/** Waits until a batch is completed, every item of it; resolves to the id of its output file. */
export async function outputOf(url: string, id: string, waitMs: number): Promise<string> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const batch = await getJson<Batch>(`${url}/v1/batches/${id}?results=false`);
    const { status, output_file_id: file, request_counts: counts } = batch;
    if (status === 'completed' && file !== null && counts.completed === counts.total) return file;
    if (['completed', 'failed', 'expired', 'cancelled'].includes(status) || Date.now() > deadline) {
      throw new Error(`A batch did not complete: ${JSON.stringify({ ...batch, results: undefined })}`);
    }
    await sleep(LOOK_MS);
  }
}

/** Where a batch's results are read as JSON lines; its output file, where there is no such route. */
export async function linesUrl(url: string, id: string, outputFile: string): Promise<string> {
  const lines = `${url}/v1/batches/${id}/results`;
  const answer = await get(`${lines}?limit=1`);
  await drain(answer);
  return answer.statusCode === 200 ? lines : `${url}/v1/files/${outputFile}/content`;
}

/** Reads a body whole and forgets it; throws for anything but 200. Resolves to its bytes. */
export async function readWhole(url: string): Promise<number> {
  const answer = await get(url);
  const bytes = await drain(answer);
  if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}`);
  return bytes;
}
