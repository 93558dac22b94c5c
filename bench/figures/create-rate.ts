import type { Load } from '../processes/load';
import { ChatItems } from '../support/chat-items';
import { atLeast, type BenchContext, type Figure, type Measured } from '../support/figure';
import { HelperProcess } from '../support/helper-process';
import { MODEL } from '../support/ingest-bench';
import { interleave } from '../support/interleave';
import { Deployment } from '../support/meshbatch';
import { createKeys } from '../support/rows';
import { startPortkey } from '../support/portkey';

const CONNECTIONS = 16;
const OWNERS = 64;
const ROUND_MS = 4_000;
const SHORT_ROUND_MS = 500;

/** Durable creates of one request each, over a gateway that passes creates on and stores nothing. */
export const createRate: Figure = {
  names: ['create-rate'],
  async run(context): Promise<Measured[]> {
    const client = await HelperProcess.start('load', context.cleanups);
    const ms = context.short ? SHORT_ROUND_MS : ROUND_MS;
    const stub = await HelperProcess.start('openai-stub', context.cleanups);
    const upstream = await stub.ask<string>('start');
    const load = { connections: CONNECTIONS, ms };
    const ours = await ourLoad(context, upstream, load);
    const relay = await relayLoad(context, upstream, load);
    const run = (what: Load) => client.ask<number>('run', what);
    for (const warmUp of [ours, relay]) await run(warmUp);
    const compared = await interleave(
      context.rounds,
      () => run(ours),
      () => run(relay),
    );
    const direct = await run({ ...relay, origin: new URL(upstream).origin });
    const detail = { oursPerS: compared.ours, relayPerS: compared.baseline, stubAlonePerS: direct, ...compared.rounds };
    const value = compared.ours / compared.baseline;
    return [
      { name: 'create-rate', value, unit: 'x', bar: atLeast(1), detail },
      { name: 'creates', value: compared.ours, unit: '1/s', bar: null },
    ];
  },
};

type Shape = Pick<Load, 'connections' | 'ms'>;

async function ourLoad(context: BenchContext, upstream: string, shape: Shape): Promise<Load> {
  const provider = { OPENAI_API_KEY: 'sk-simulated', OPENAI_BASE_URL: upstream };
  const deployment = await Deployment.create(context, provider);
  const keys = await createKeys(deployment.databaseUrl, OWNERS);
  const service = await deployment.start('api');
  const headers = keys.map((key) => ({ authorization: `Bearer ${key}`, 'content-type': 'application/json' }));
  const body = new ChatItems(MODEL).body(1).toString('utf8');
  return { ...shape, origin: service.url, path: '/v1/batches', body, headers };
}

async function relayLoad({ cleanups }: BenchContext, upstream: string, shape: Shape): Promise<Load> {
  const { url, headers } = await startPortkey(upstream, cleanups);
  const body = JSON.stringify({
    input_file_id: 'file-1',
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
  });
  return {
    ...shape,
    origin: url,
    path: '/v1/batches',
    body,
    headers: [{ ...headers, 'content-type': 'application/json' }],
  };
}
