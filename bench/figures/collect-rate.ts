import { join } from 'node:path';
import { ChatItems } from '../support/chat-items';
import { atLeast, type BenchContext, type Figure, type Measured } from '../support/figure';
import { HelperProcess } from '../support/helper-process';
import { timedPost } from '../support/http-calls';
import { interleave } from '../support/interleave';
import { Deployment } from '../support/meshbatch';
import { temporaryFolder } from '../support/temporary-folder';

const ITEMS = 50_000;
const SHORT_ITEMS = 1_000;
const MODEL = 'anthropic/claude-sonnet-4-5';

/**
 * Results of Anthropic collected by the whole service, from the request for them to the delete upstream that follows when they
 * are kept, over a loop that parses, maps and writes the same rows.
 */
export const collectRate: Figure = {
  names: ['collect-rate'],
  async run(context): Promise<Measured[]> {
    const { cleanups, rounds } = context;
    const items = context.short ? SHORT_ITEMS : ITEMS;
    const stub = await HelperProcess.start('anthropic-stub', cleanups);
    const post = await startService(context, await stub.ask<string>('start'), items);
    const ours = async () => {
      const collected = stub.ask<number>('nextCollection');
      await post();
      return collected;
    };
    await ours();
    const folder = await temporaryFolder(cleanups);
    const bytes = await stub.ask<number>('dump', join(folder, 'rows.jsonl'));
    const loop = await HelperProcess.start('map-loop', cleanups);
    const baseline = () => loop.ask<number>('run', join(folder, 'rows.jsonl'), join(folder, 'lines.jsonl'));
    await baseline();
    const compared = await interleave(rounds, ours, baseline);
    const perSecond = (ms: number) => (items * 1000) / ms;
    const rates = { oursPerS: perSecond(compared.ours), loopPerS: perSecond(compared.baseline) };
    const detail = { items, bytes, ...rates, roundsMs: compared.rounds };
    return [
      { name: 'collect-rate', value: compared.baseline / compared.ours, unit: 'x', bar: atLeast(0.5), detail },
      { name: 'collected', value: rates.oursPerS, unit: 'items/s', bar: null },
    ];
  },
};

/** One process that takes bodies and does the background work; resolves to what posts a body. */
async function startService(context: BenchContext, upstream: string, items: number) {
  const deployment = await Deployment.create(context, {
    ANTHROPIC_API_KEY: 'sk-ant-simulated',
    ANTHROPIC_BASE_URL: upstream,
    POLL_INTERVAL_MS: '100',
  });
  const service = await deployment.start('all');
  const body = new ChatItems(MODEL).body(items);
  return () => timedPost(`${service.url}/v1/batches`, body);
}
