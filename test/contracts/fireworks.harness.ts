import { Readable } from 'node:stream';
import { toItemId } from '../../src/execution/item-id';
import { FIREWORKS } from '../../src/providers/adapters/fireworks/fireworks.adapter';
import { FireworksSimulator } from '../support/upstreams/fireworks/fireworks-simulator';
import type { SimulatorOptions } from '../support/upstreams/fireworks/types';
import type { FaultKind } from '../support/upstreams/kit/faults';
import { withAnswers } from './canned-server';
import type { FaultyHarness } from './provider-faults.contract';
import { TOKENS } from './scenario';
import { rowsOf, simulatedHarness, type FaultRoutes, type SimulatedHarness } from './simulated.harness';

export const MODEL = 'accounts/fireworks/models/llama-v3p1-8b-instruct';
const ROUTES: FaultRoutes = {
  stage: 'uploadBytes',
  submit: 'create',
  find: 'get',
  poll: 'get',
  results: 'contentLink',
  withdraw: 'deleteFile',
  cleanup: 'delete',
};
const JOB = { name: 'accounts/acme/batchInferenceJobs/j1', state: 'JOB_STATE_COMPLETED' };

export type FireworksHarness = SimulatedHarness<FireworksSimulator>;

/** The adapter beside a simulator of its vendor. */
export async function fireworks(options: SimulatorOptions = {}): Promise<FireworksHarness> {
  const simulator = await FireworksSimulator.start({ stateMs: 1, ...options });
  const harness = simulatedHarness({
    simulator,
    adapter: FIREWORKS.create({ apiKey: 'fw_simulated', baseUrl: simulator.url }),
    model: MODEL,
    routes: ROUTES,
    ran: (job) => job.processed,
    hasEnded: (job) => job.ended,
    created: () => simulator.created.map(({ id }) => id),
    withLargeResults,
  });
  return {
    ...harness,
    /** A download that comes short is one of a file, not of the links to it. */
    fail: (call, kind) =>
      comesShort(kind) ? simulator.faults.add({ route: 'content', kind }) : harness.fail(call, kind),
  };
}

function comesShort(kind: FaultKind): boolean {
  return typeof kind === 'object' && 'truncate' in kind;
}

const withLargeResults: FaultyHarness['withLargeResults'] = ({ rows, rowBytes }, work) => {
  const response = { choices: [{ message: { content: 'x'.repeat(rowBytes) } }] };
  const row = (index: number) => JSON.stringify({ custom_id: toItemId(index, TOKENS[0]), response });
  return withAnswers(
    (url, { host }) => {
      if (url === '/file?sig=1') return Readable.from(rowsOf(rows, row));
      const links = { 'dataset/j1-out/BIJOutputSet.jsonl': `http://${host}/file?sig=1` };
      return url.endsWith(':getDownloadEndpoint') ? { filenameToSignedUrls: links } : JOB;
    },
    (url) => work(FIREWORKS.create({ apiKey: 'fw_key', baseUrl: `${url}/v1/accounts/acme` }), 'j1'),
  );
};
