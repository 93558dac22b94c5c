import { eventually } from '../execution/execution-bench';
import { chatItems, type BatchBody } from '../service/api-client';

/** A user of the host's, at the routes of Meshbatch below the host's prefix. */
export class HostClient {
  constructor(
    private readonly url: string,
    private readonly account: string | null,
    private readonly base = '/api/llm/v1',
  ) {}

  send(method: string, path: string, body?: string): Promise<Response> {
    return fetch(`${this.url}${this.base}${path}`, {
      method,
      headers: {
        ...(this.account !== null && { 'x-account': this.account }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body }),
    });
  }

  create(prompts: readonly string[], model = 'sandbox/echo'): Promise<Response> {
    return this.send('POST', '/batches', JSON.stringify({ requests: chatItems(prompts, model) }));
  }

  /** Creates a batch and follows it to its end. */
  async run(prompts: readonly string[], model?: string): Promise<BatchBody> {
    const created = await this.create(prompts, model);
    if (created.status !== 200) throw new Error(`Not created: ${created.status} ${await created.text()}`);
    const { id } = (await created.json()) as BatchBody;
    return this.waitFor(id);
  }

  /** Follows a batch to its end. */
  waitFor(id: string): Promise<BatchBody> {
    return eventually('the batch ends', async () => {
      const batch = (await (await this.send('GET', `/batches/${id}`)).json()) as BatchBody;
      return ['completed', 'failed', 'cancelled', 'expired'].includes(batch.status) ? batch : null;
    });
  }
}
