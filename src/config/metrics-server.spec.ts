import { Logger } from '@nestjs/common';
import { Registry } from 'prom-client';
import { freePort } from '../../test/support/free-port';
import { serveMetrics } from './metrics-server';

describe('the server of metrics', () => {
  const METRICS_HOST = '127.0.0.1';
  beforeAll(() => Logger.overrideLogger(false));

  it('is off without a port, and then nothing of the process is measured', async () => {
    const registry = new Registry();
    expect(await serveMetrics({ METRICS_PORT: undefined, METRICS_HOST }, { registry })).toBeNull();
    expect(registry.getMetricsAsArray()).toEqual([]);
  });

  it('serves GET /metrics and nothing else, until it is closed', async () => {
    const registry = new Registry();
    const METRICS_PORT = await freePort();
    const server = await serveMetrics({ METRICS_PORT, METRICS_HOST }, { registry });
    const ask = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${METRICS_PORT}${path}`, { method });
    const answer = await ask('/metrics?from=here');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, registry.contentType]);
    expect(await answer.text()).toContain('process_cpu_seconds_total');
    expect((await ask('/metrics', 'HEAD')).status).toBe(200);
    expect((await ask('/metrics', 'POST')).status).toBe(405);
    expect((await ask('/v1/batches')).status).toBe(404);
    await server?.close();
    await expect(ask('/metrics')).rejects.toThrow('fetch failed');
  });

  it('answers 500 when a collector fails, and goes on', async () => {
    const registry = new Registry();
    const METRICS_PORT = await freePort();
    const server = await serveMetrics({ METRICS_PORT, METRICS_HOST }, { registry });
    const broken = jest.spyOn(registry, 'metrics').mockRejectedValueOnce(new Error('A collector of the host fails'));
    expect((await fetch(`http://127.0.0.1:${METRICS_PORT}/metrics`)).status).toBe(500);
    broken.mockRestore();
    expect((await fetch(`http://127.0.0.1:${METRICS_PORT}/metrics`)).status).toBe(200);
    await server?.close();
  });
});
