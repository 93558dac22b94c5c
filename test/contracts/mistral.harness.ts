import { Readable } from 'node:stream';
import { toItemId } from '../../src/execution/item-id';
import { MISTRAL } from '../../src/providers/adapters/mistral/mistral.adapter';
import { MistralSimulator } from '../support/upstreams/mistral/mistral-simulator';
import type { SimulatorOptions } from '../support/upstreams/mistral/types';
import { withAnswers } from './canned-server';
import { TOKENS } from './scenario';
import { FILE_ROUTES, rowsOf, simulatedHarness, type SimulatedHarness } from './simulated.harness';

/** The job has the model; and that items which never ran have no row is the worse of what the vendor may do. */
export const LIMITS = { modelOnJob: true, omitsUnrun: true } as const;
export const MODEL = 'mistral-small-latest';
export const KEY = 'simulated-mistral-key';
/** A job that has succeeded. */
export const JOB = { id: 'job-1', status: 'SUCCESS', output_file: 'file-out', error_file: null };
const ENDED = ['SUCCESS', 'FAILED', 'TIMEOUT_EXCEEDED', 'CANCELLED'];

export type MistralHarness = SimulatedHarness<MistralSimulator>;

/** The adapter beside a simulator of its vendor. */
export async function mistral(options: SimulatorOptions = {}): Promise<MistralHarness> {
  const simulator = await MistralSimulator.start({ stateMs: 2, ...options });
  return simulatedHarness({
    simulator,
    adapter: MISTRAL.create({ apiKey: KEY, baseUrl: simulator.url }),
    model: MODEL,
    routes: FILE_ROUTES,
    ran: (job) => job.completed_requests,
    hasEnded: ({ status }) => ENDED.includes(status),
    created: () => simulator.created.map(({ object }) => object.id),
    withLargeResults: ({ rows, rowBytes }, work) => {
      const text = 'x'.repeat(rowBytes);
      return withAnswers(
        (url) => (url.endsWith('/content') ? Readable.from(rowsOf(rows, (index) => rowOf(index, text))) : JOB),
        (baseUrl) => work(MISTRAL.create({ apiKey: KEY, baseUrl }), JOB.id),
      );
    },
  });
}

function rowOf(index: number, text: string): string {
  const response = { status_code: 200, body: { text } };
  return JSON.stringify({ id: 'b', custom_id: toItemId(index, TOKENS[0]), response, error: null });
}

/** What the simulator holds. */
export async function stateOf(simulator: MistralSimulator): Promise<{ files: { filename: string }[] }> {
  return (await fetch(`${simulator.origin}/__control/state`)).json() as Promise<{ files: { filename: string }[] }>;
}
