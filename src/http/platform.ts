import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** A request or an answer as the host's framework hands it out: Express's are Node's own, Fastify's carry them as `raw`. */
export type PlatformRequest = IncomingMessage | { readonly raw: IncomingMessage };
export type PlatformResponse = ServerResponse | FastifyAnswer;

/** What we use of Fastify's `Reply`. */
interface FastifyAnswer {
  readonly raw: ServerResponse;
  readonly sent: boolean;
  getHeaders(): OutgoingHttpHeaders;
  hijack(): unknown;
}

export function nodeRequest(request: PlatformRequest): IncomingMessage {
  return 'raw' in request ? request.raw : request;
}

export function nodeResponse(response: PlatformResponse): ServerResponse {
  return 'raw' in response ? response.raw : response;
}

/** What is asked by, and answered through, as Node has it. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export function exchangeOf(request: PlatformRequest, response: PlatformResponse): Exchange {
  return { request: nodeRequest(request), response: nodeResponse(response) };
}

/**
 * Takes an answer out of the framework's hands, so that it is the same bytes whatever serves it. The headers that the host's
 * own plugins set before, such as those of CORS, are kept.
 */
export function takeOver(response: PlatformResponse): ServerResponse {
  if (!('raw' in response)) return response;
  const { raw } = response;
  if (!response.sent) {
    for (const [name, value] of Object.entries(response.getHeaders()))
      if (value !== undefined) raw.setHeader(name, value);
    response.hijack();
  }
  return raw;
}
