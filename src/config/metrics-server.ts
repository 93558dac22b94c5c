import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { collectDefaultMetrics } from 'prom-client';
import { SystemClock } from '../common/clock';
import { SafeLogger } from '../common/safe-logger';
import type { Metrics } from '../metrics/metrics';
import type { Env } from './env';
import type { Running } from './run-process';

/** A scrape in hand when the process ends has this long. */
const GRACE_MS = 1_000;

/**
 * Serves this process's metrics as `GET /metrics` on a port of their own, with those of the process itself among them. Null when
 * `METRICS_PORT` is not set: then nothing is served and nothing of the process measured.
 */
export async function serveMetrics(
  { METRICS_PORT: port, METRICS_HOST: host }: Pick<Env, 'METRICS_PORT' | 'METRICS_HOST'>,
  { registry }: Pick<Metrics, 'registry'>,
): Promise<Running | null> {
  if (port === undefined) return null;
  collectDefaultMetrics({ register: registry });
  const logger = new SafeLogger('MetricsServer');
  const server = createServer((request, response) => {
    answer(request, response, registry).catch((error: unknown) => {
      logger.error({ err: error }, 'Metrics could not be served');
      response.writeHead(500).end();
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  return { close: () => closeServer(server) };
}

async function answer(
  { method, url }: IncomingMessage,
  response: ServerResponse,
  registry: Metrics['registry'],
): Promise<void> {
  if (url?.replace(/\?.*$/s, '') !== '/metrics') return void response.writeHead(404).end();
  if (method !== 'GET' && method !== 'HEAD') return void response.writeHead(405, { Allow: 'GET, HEAD' }).end();
  const text = await registry.metrics();
  response.writeHead(200, { 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' }).end(text);
}

async function closeServer(server: Server): Promise<void> {
  const finished = new AbortController();
  const closed = once(server, 'close').finally(() => finished.abort());
  server.close();
  await new SystemClock().sleep(GRACE_MS, finished.signal);
  server.closeAllConnections();
  await closed;
}
