import { ChatItems } from './chat-items';
import type { BenchContext } from './figure';
import { timedPost } from './http-calls';
import { Deployment } from './meshbatch';

export const WARM_UPS = 3;
/** OpenAI's cap of a batch; 25 MB. */
const ITEMS = 50_000;
const SHORT_ITEMS = 1_000;
/** A provider whose rules are checked; nobody calls it, since no worker runs. */
export const MODEL = 'openai/gpt-4o-mini';
const PROVIDER = { OPENAI_API_KEY: 'sk-simulated', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' };

/** A warm service that takes bodies and does nothing with them, and the body. */
export interface IngestBench {
  readonly items: number;
  readonly body: Buffer;
  /** Milliseconds from the first byte sent to the whole answer. */
  post(): Promise<number>;
}

export async function startIngest(context: BenchContext): Promise<IngestBench> {
  const items = context.short ? SHORT_ITEMS : ITEMS;
  const body = new ChatItems(MODEL).body(items);
  const deployment = await Deployment.create(context, PROVIDER);
  const service = await deployment.start('api');
  const post = () => timedPost(`${service.url}/v1/batches`, body);
  for (let i = 0; i < WARM_UPS; i++) await post();
  return { items, body, post };
}
