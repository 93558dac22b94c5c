import { Readable } from 'node:stream';
import { Clock } from '../../src/common/clock';
import { toItemId } from '../../src/execution/item-id';
import { XAI } from '../../src/providers/adapters/xai/xai.adapter';
import type { SimulatorOptions } from '../support/upstreams/xai/types';
import { XaiSimulator } from '../support/upstreams/xai/xai-simulator';
import { withAnswers } from './canned-server';
import { TOKENS } from './scenario';
import { FILE_ROUTES, simulatedHarness, type SimulatedHarness } from './simulated.harness';

export const MODEL = 'grok-4.3';
export const KEY = 'xai-simulated';

/** Sleeps no time at all, and does what a test wants in the meantime. */
class EventfulClock extends Clock {
  readonly slept: number[] = [];
  meanwhile: () => void = () => undefined;

  now(): number {
    return Date.now();
  }

  async sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    this.meanwhile();
  }
}

export type XaiHarness = SimulatedHarness<XaiSimulator> & { readonly clock: EventfulClock };

/** The adapter beside a simulator of its vendor, with a clock that lets no time pass. */
export async function xai(options: SimulatorOptions = {}): Promise<XaiHarness> {
  const simulator = await XaiSimulator.start({ stateMs: 1, ...options });
  const clock = new EventfulClock();
  const harness = simulatedHarness({
    simulator,
    adapter: XAI.create({ apiKey: KEY, baseUrl: simulator.url, clock }),
    model: MODEL,
    routes: FILE_ROUTES,
    ran: (batch) => batch.ran,
    hasEnded: (batch) => batch.ended,
    created: () => simulator.created.map(({ id }) => id),
    withLargeResults: ({ rows, rowBytes }, work) =>
      withAnswers(
        (url) => (url.includes('/results') ? Readable.from(page(rows, rowBytes)) : BATCH),
        (baseUrl) => work(XAI.create({ apiKey: KEY, baseUrl }), BATCH.batch_id),
      ),
  });
  return { ...harness, clock };
}

const BATCH = {
  batch_id: 'batch_1',
  state: { num_requests: 2, num_pending: 0, num_success: 2, num_error: 0, num_cancelled: 0 },
};

/** The one page of a batch's results. */
function* page(rows: number, rowBytes: number): Generator<string> {
  yield '{"results":[';
  for (let index = 0; index < rows; index++) yield (index > 0 ? ',' : '') + rowOf(index, 'x'.repeat(rowBytes));
  yield '],"pagination_token":null}';
}

function rowOf(index: number, text: string): string {
  const completion = { id: 'c1', choices: [{ message: { content: text } }] };
  return JSON.stringify({
    batch_request_id: toItemId(index, TOKENS[0]),
    batch_result: { response: { chat_get_completion: completion } },
  });
}
