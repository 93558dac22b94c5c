import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Histogram } from 'prom-client';
import { Clock } from '../common/clock';
import { nodeResponse, type PlatformResponse } from '../http/platform';
import { routeOf } from '../http/route-finder';
import { whenClosed } from '../http/when-closed';
import { Metrics } from '../metrics/metrics';

/** Bodies and results may take long. */
const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600];

/** The first of the guards, so that what the others refuse is timed too: lets everything through. */
@Injectable()
export class RequestTimer implements CanActivate {
  private readonly seconds: Histogram<'route' | 'method' | 'status'>;

  constructor(
    metrics: Metrics,
    private readonly clock: Clock,
  ) {
    this.seconds = metrics.histogram({
      name: 'meshbatch_http_request_duration_seconds',
      help: 'Requests of our routes, until their answer was sent; status 0: the connection ended before that',
      labelNames: ['route', 'method', 'status'],
      buckets: BUCKETS_SECONDS,
    });
  }

  canActivate(context: ExecutionContext): boolean {
    const labels = routeOf(context.getClass(), context.getHandler());
    const response = nodeResponse(context.switchToHttp().getResponse<PlatformResponse>());
    const begunAt = this.clock.now();
    whenClosed(response, () => {
      const status = response.writableFinished ? response.statusCode : 0;
      // The clock may have been set back meanwhile.
      this.seconds.observe({ ...labels, status }, Math.max(0, this.clock.now() - begunAt) / 1000);
    });
    return true;
  }
}
