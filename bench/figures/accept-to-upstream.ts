import { setTimeout as sleep } from 'node:timers/promises';
import { OpenAiSimulator } from '../../test/support/upstreams/openai/openai-simulator';
import { ChatItems } from '../support/chat-items';
import { atMost, type BenchContext, type Figure, type Measured } from '../support/figure';
import { timedPost } from '../support/http-calls';
import { MODEL } from '../support/ingest-bench';
import { Deployment, type ServiceProcess } from '../support/meshbatch';
import { seeded } from '../support/seeded';
import { quantile } from '../support/statistics';

const SAMPLES = 40;
const SHORT_SAMPLES = 4;
const ITEMS = 10;
const WARM_UPS = 3;
/** Between two batches, of no fixed length, so that nothing that happens at intervals is always met at the same moment. */
const [SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS] = [50, 700];

/** From the answer to a create until its first call reaches the provider, one small batch at a time. */
export const acceptToUpstream: Figure = {
  names: ['accept-to-upstream', 'accept-to-upstream-one', 'accept-to-upstream-two'],
  async run(context): Promise<Measured[]> {
    return [
      await measure(context, 'accept-to-upstream-one', async (deployment) => deployment.start('all')),
      await measure(context, 'accept-to-upstream-two', async (deployment) => {
        await deployment.start('worker');
        return deployment.start('api');
      }),
    ];
  },
};

async function measure(
  context: BenchContext,
  name: string,
  start: (deployment: Deployment) => Promise<ServiceProcess>,
): Promise<Measured> {
  const simulator = await OpenAiSimulator.start({});
  context.cleanups.add(() => simulator.stop());
  const deployment = await Deployment.create(context, {
    OPENAI_API_KEY: 'sk-simulated',
    OPENAI_BASE_URL: simulator.url,
  });
  const { url } = await start(deployment);
  const body = new ChatItems(MODEL).body(ITEMS);
  const random = seeded(3);
  const samples: number[] = [];
  for (let sent = 1; sent <= WARM_UPS + (context.short ? SHORT_SAMPLES : SAMPLES); sent++) {
    const arrived = simulator.waitFor('upload', sent).then(() => performance.now());
    await timedPost(`${url}/v1/batches`, body);
    const answered = performance.now();
    const took = (await arrived) - answered;
    if (sent > WARM_UPS) samples.push(took);
    await sleep(SHORTEST_PAUSE_MS + random() * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS));
  }
  const detail = { samples: samples.length, p90: quantile(samples, 0.9), max: Math.max(...samples) };
  return { name, value: quantile(samples, 0.5), unit: 'ms', bar: atMost(150), detail };
}
