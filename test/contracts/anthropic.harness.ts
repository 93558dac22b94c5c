import { Readable } from 'node:stream';
import { toItemId } from '../../src/execution/item-id';
import { ANTHROPIC } from '../../src/providers/adapters/anthropic/anthropic.adapter';
import { AnthropicSimulator } from '../support/upstreams/anthropic/anthropic-simulator';
import type { SimulatorOptions } from '../support/upstreams/anthropic/types';
import { withAnswers } from './canned-server';
import { TOKENS } from './scenario';
import { rowsOf, simulatedHarness, type FaultRoutes, type SimulatedHarness } from './simulated.harness';

/** `stage` and `withdraw` reach nobody. */
const ROUTES: FaultRoutes = {
  submit: 'create',
  find: 'list',
  poll: 'get',
  results: 'content',
  cancel: 'cancel',
  cleanup: 'delete',
};
export const MODEL = 'claude-haiku-4-5';
export const KEY = 'sk-ant-simulated';
/** A batch of the vendor, which has ended. */
export const BATCH = {
  id: 'msgbatch_1',
  processing_status: 'ended',
  created_at: '2026-11-22T10:00:00Z',
  request_counts: { processing: 0, succeeded: 0, errored: 0, canceled: 0, expired: 0 },
};

export type AnthropicHarness = SimulatedHarness<AnthropicSimulator>;

/** The adapter beside a simulator of its vendor. */
export async function anthropic(options: SimulatorOptions = {}): Promise<AnthropicHarness> {
  const simulator = await AnthropicSimulator.start({ runningMs: 4, cancelingMs: 1, ...options });
  return simulatedHarness({
    simulator,
    adapter: ANTHROPIC.create({ apiKey: KEY, baseUrl: simulator.url }),
    model: MODEL,
    routes: ROUTES,
    ran: (batch) => batch.ran,
    hasEnded: (batch) => batch.ended,
    created: () => simulator.created.map(({ id }) => id),
    withLargeResults: ({ rows, rowBytes }, work) => {
      const text = 'x'.repeat(rowBytes);
      const batch = { ...BATCH, ended_at: '2026-11-22T11:00:00Z' };
      return withAnswers(
        (url) => (url.endsWith('/results') ? Readable.from(rowsOf(rows, (index) => rowOf(index, text))) : batch),
        (baseUrl) => work(ANTHROPIC.create({ apiKey: KEY, baseUrl }), batch.id),
      );
    },
  });
}

function rowOf(index: number, text: string): string {
  const message = { id: 'msg_1', model: MODEL, content: [{ type: 'text', text }], stop_reason: 'end_turn', usage: {} };
  return JSON.stringify({ custom_id: toItemId(index, TOKENS[0]), result: { type: 'succeeded', message } });
}
