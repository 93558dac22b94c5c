import type { IncomingMessage, ServerResponse } from 'node:http';
import { control, CONTROL_PREFIX } from './control';
import { answerInstead, deliver } from './delivery';
import type { FaultKind, Faults } from './faults';
import { isObject, parseJson } from './json';
import type { RecordedRequest, Recorder } from './recorder';
import { Refusal, type Answer, type ApiRequest, type Route, type RouteMatch, type Vendor } from './types';

/** No vendor takes more in one request. */
const MAX_BODY_BYTES = 512 * 1024 * 1024;
const SMALL_BODY_BYTES = 64 * 1024;

/** Takes each request through reading, recording, hooks, faults and work to its answer. */
export class Exchange {
  constructor(
    private readonly vendor: Vendor,
    private readonly recorder: Recorder,
    private readonly faults: Faults,
  ) {}

  /** Never rejects: what cannot be answered is cut off. */
  async serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    try {
      const request = await readRequest(req);
      if (request.url.pathname.startsWith(CONTROL_PREFIX)) {
        await deliver(res, control(this.vendor, this.recorder, this.faults, request));
      } else {
        await this.exchange(request, res);
      }
    } catch (error) {
      // The client went away while it was sending, or a hook of the test threw: there is nobody to answer.
      res.destroy(error instanceof Error ? error : undefined);
    }
  }

  private async exchange(request: ApiRequest, res: ServerResponse): Promise<void> {
    const match = this.vendor.match(request);
    const record = recordOf(match.route, request);
    this.recorder.arrived(record);
    await this.recorder.runHooks('received', record);
    const fault = this.worded(this.faults.take(match.route));
    if (fault === 'hang_before') return;
    if (fault === 'reset_before') {
      res.socket?.resetAndDestroy();
      return;
    }
    const answer = answerInstead(fault) ?? this.answer(match, request, fault);
    await this.recorder.runHooks('done', record);
    await deliver(res, answer, fault);
  }

  private answer(match: RouteMatch, request: ApiRequest, fault: FaultKind | undefined): Answer {
    const hiddenMs = typeof fault === 'object' && 'visible_after_ms' in fault ? fault.visible_after_ms : 0;
    try {
      return this.vendor.call(match, request, hiddenMs);
    } catch (error) {
      if (error instanceof Refusal) return error.toAnswer();
      throw error;
    }
  }

  /** A fault without a body of its own gets the vendor's. */
  private worded(fault: FaultKind | undefined): FaultKind | undefined {
    if (fault === 'not_found') return { status: 404, body: this.vendor.faultBody(404) };
    if (typeof fault === 'object' && 'status' in fault) return { body: this.vendor.faultBody(fault.status), ...fault };
    return fault;
  }
}

async function readRequest(req: IncomingMessage): Promise<ApiRequest> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error('The request is larger than any vendor takes.');
    chunks.push(chunk);
  }
  const url = new URL(req.url ?? '/', 'http://127.0.0.1');
  return { method: req.method ?? 'GET', url, headers: req.headers, body: Buffer.concat(chunks) };
}

function recordOf(route: Route, { method, url, headers, body }: ApiRequest): RecordedRequest {
  const json = body.length > 0 && body.length <= SMALL_BODY_BYTES ? parseJson(body) : undefined;
  const path = url.pathname + url.search;
  return { route, method, path, headers, at: Date.now(), ...(isObject(json) ? { body: json } : {}) };
}
