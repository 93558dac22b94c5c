import { Readable } from 'node:stream';
import { toItemId } from '../../src/execution/item-id';
import { defineOpenAiShaped } from '../../src/providers/adapters/openai-shaped/openai-shaped.adapter';
import type { OpenAiProfile } from '../../src/providers/adapters/openai-shaped/profile';
import type { ProviderAdapter } from '../../src/providers/contract/adapter';
import type { Dialect } from '../support/upstreams/openai/dialect';
import { OpenAiSimulator } from '../support/upstreams/openai/openai-simulator';
import type { SimulatorOptions } from '../support/upstreams/openai/types';
import { withAnswers } from './canned-server';
import { TOKENS } from './scenario';
import { FILE_ROUTES, rowsOf, simulatedHarness, type SimulatedHarness } from './simulated.harness';

const ENDED = ['completed', 'failed', 'expired', 'cancelled'];
const STATES = { validatingMs: 1, runningMs: 4, finalizingMs: 1, cancellingMs: 1 };

/** A profile, the way of its vendor, and a model that the vendor's simulator knows. */
export interface ShapedVendor {
  readonly profile: OpenAiProfile;
  readonly dialect: Dialect;
  readonly model: string;
}

export type ShapedHarness = SimulatedHarness<OpenAiSimulator>;

/** The adapter of a profile beside a simulator of its vendor. */
export async function openAiShaped(vendor: ShapedVendor, options: SimulatorOptions = {}): Promise<ShapedHarness> {
  const { profile, dialect, model } = vendor;
  const simulator = await OpenAiSimulator.start({ ...STATES, ...options, dialect });
  return simulatedHarness({
    simulator,
    adapter: defineOpenAiShaped(profile).create({ apiKey: 'sk-simulated', baseUrl: simulator.url }),
    model,
    routes: FILE_ROUTES,
    holdIn: 'in_progress',
    ran: (batch) => batch.request_counts.completed,
    hasEnded: ({ status }) => ENDED.includes(status),
    created: () => simulator.creates.map(({ batchId }) => batchId),
    withLargeResults: ({ rows, rowBytes }, work) => {
      const text = 'x'.repeat(rowBytes);
      return withResults(profile, () => rowsOf(rows, (index) => rowOf(dialect, index, text)), work);
    },
  });
}

/** A row of an output file, for an item that was answered with this text. */
export function rowOf(dialect: Dialect, index: number, text: string): string {
  const response = { status: 200, requestId: 'q', body: JSON.stringify({ text }) };
  return dialect.row({ id: 'b', customId: toItemId(index, TOKENS[0]), response, error: null });
}

/** Runs `work` with a job that has completed and whose output file holds `lines`. */
export function withResults(
  profile: OpenAiProfile,
  lines: () => Iterable<string>,
  work: (adapter: ProviderAdapter, remoteId: string) => Promise<void>,
): Promise<void> {
  const batch = { id: 'batch_1', status: 'completed', input_file_id: 'file-in', output_file_id: 'file-out' };
  return withAnswers(
    (url) => (url.endsWith('/content') ? Readable.from(lines()) : batch),
    (baseUrl) => work(defineOpenAiShaped(profile).create({ apiKey: 'sk-key', baseUrl }), batch.id),
  );
}
