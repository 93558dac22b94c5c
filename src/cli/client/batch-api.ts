import { toBatch, type BatchPage, type ShownBatch, type ShownModel } from './batch';
import type { Call, HttpCalls } from './http-calls';
import type { RequestSpool } from './input/request-spool';

/** What a list of batches is asked for. */
export interface ListQuery {
  readonly limit: number;
  readonly after?: string | undefined;
  /** Only batches with one of these; a service that does not know this filter lists all. */
  readonly statuses?: readonly string[] | undefined;
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** The routes of the API that a client asks. Each throws what {@link HttpCalls.send} does. */
export class BatchApi {
  constructor(private readonly calls: HttpCalls) {}

  /** @param idempotencyKey under which the service makes one batch, however often it is asked */
  async create(spool: RequestSpool, idempotencyKey: string): Promise<ShownBatch> {
    const headers = { ...JSON_TYPE, 'content-encoding': 'gzip', 'idempotency-key': idempotencyKey };
    return this.batch({ method: 'POST', path: '/v1/batches', headers, body: () => spool.body() });
  }

  /** Without its results. */
  async get(id: string): Promise<ShownBatch> {
    return this.batch({ path: `${pathOf(id)}?results=false` });
  }

  async list({ limit, after, statuses = [] }: ListQuery): Promise<BatchPage> {
    const query = new URLSearchParams({ limit: String(limit), ...(after !== undefined && { after }) });
    for (const status of statuses) query.append('status', status);
    const page = JSON.parse(await this.calls.text({ path: `/v1/batches?${query.toString()}` })) as BatchPage;
    return { ...page, data: page.data.map(toBatch) };
  }

  async cancel(id: string): Promise<ShownBatch> {
    return this.batch({ method: 'POST', path: `${pathOf(id)}/cancel`, headers: JSON_TYPE, body: () => '{}' });
  }

  /** @param idempotencyKey as of {@link create} */
  async retry(id: string, idempotencyKey: string): Promise<ShownBatch> {
    const headers = { ...JSON_TYPE, 'idempotency-key': idempotencyKey };
    return this.batch({ method: 'POST', path: `${pathOf(id)}/retry`, headers, body: () => '{}' });
  }

  /** The entries as JSON lines. */
  async results(id: string, status?: string): Promise<Response> {
    const query = status === undefined ? '' : `?${new URLSearchParams({ status }).toString()}`;
    return this.calls.send({ path: `${pathOf(id)}/results${query}` });
  }

  /** The events of a batch as they come, behind the one with that id; any other answer when the service has none. */
  async events(id: string, lastEventId: string | null, signal: AbortSignal): Promise<Response> {
    return this.calls.send({
      path: `${pathOf(id)}/events`,
      headers: { accept: 'text/event-stream', ...(lastEventId !== null && { 'last-event-id': lastEventId }) },
      signal,
    });
  }

  async models(): Promise<readonly ShownModel[]> {
    return JSON.parse(await this.calls.text({ path: '/v1/models' })) as ShownModel[];
  }

  private async batch(call: Call): Promise<ShownBatch> {
    return toBatch(parsed(await this.calls.text(call)));
  }
}

/** Null for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function pathOf(id: string): string {
  return `/v1/batches/${encodeURIComponent(id)}`;
}
