import { Readable } from 'node:stream';
import { toItemId } from '../../src/execution/item-id';
import { OPENROUTER } from '../../src/providers/adapters/openrouter/openrouter.adapter';
import type { ProviderAdapter } from '../../src/providers/contract/adapter';
import { OpenRouterSimulator } from '../support/upstreams/openrouter/openrouter-simulator';
import type { SimulatorOptions } from '../support/upstreams/openrouter/types';
import { withAnswers } from './canned-server';
import { TOKENS } from './scenario';
import { simulatedHarness, type FaultRoutes, type SimulatedHarness } from './simulated.harness';

/** `stage`, `withdraw` and `cancel` reach nobody. */
const ROUTES: FaultRoutes = {
  submit: 'create',
  find: 'list',
  poll: 'get',
  results: 'get',
  cleanup: 'delete',
};
export const LIMITS = { inline: true, unnamed: true, noCancel: true, losesPartial: true } as const;
export const MODEL = 'openai/gpt-4o';
export const KEY = 'sk-or-v1-simulated';

export type OpenRouterHarness = SimulatedHarness<OpenRouterSimulator>;

/** The adapter beside a simulator of its vendor. */
export async function openRouter(options: SimulatorOptions = {}): Promise<OpenRouterHarness> {
  const simulator = await OpenRouterSimulator.start({ stateMs: 1, ...options });
  return simulatedHarness({
    simulator,
    adapter: OPENROUTER.create({ apiKey: KEY, baseUrl: simulator.url }),
    model: MODEL,
    routes: ROUTES,
    ran: (batch) => batch.ran,
    hasEnded: (batch) => batch.ended,
    created: () => simulator.created.map(({ id }) => id),
    withLargeResults: ({ rows, rowBytes }, work) => withDocument(() => completed(rows, rowBytes), work),
  });
}

/** The small fields of a completed batch but for its counts. */
export const HEAD = '"id":"batch-1","status":"completed","created_at":1782097200';

/** The document of a completed batch, its small fields before the results or behind them. */
export function* completed(rows: number, rowBytes: number, fieldsFirst = true): Generator<string> {
  const counts = `"request_counts":{"total":${rows},"completed":${rows},"failed":0}`;
  yield fieldsFirst ? `{${HEAD},${counts},"results":[` : '{"results":[';
  const text = 'x'.repeat(rowBytes);
  for (let index = 0; index < rows; index++) {
    const body = JSON.stringify({ choices: [{ message: { content: text } }] });
    const response = `{"status_code":200,"request_id":null,"body":${body}}`;
    yield `${index ? ',' : ''}{"custom_id":"${toItemId(index, TOKENS[0])}","response":${response},"error":null}`;
  }
  yield fieldsFirst ? '],"error":null}' : `],${HEAD},${counts}}`;
}

/** Runs `work` with a batch of which a get answers these pieces. */
export function withDocument(
  pieces: () => Iterable<string>,
  work: (adapter: ProviderAdapter, remoteId: string) => Promise<void>,
): Promise<void> {
  return withAnswers(
    () => Readable.from(pieces()),
    (baseUrl) => work(OPENROUTER.create({ apiKey: KEY, baseUrl }), 'batch-1'),
  );
}
