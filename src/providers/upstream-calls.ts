import { Injectable } from '@nestjs/common';
import type { Counter, Histogram } from 'prom-client';
import { Clock } from '../common/clock';
import { Metrics } from '../metrics/metrics';
import { IncompleteDownloadError, type ProviderAdapter } from './contract/adapter';
import { ProviderCallError, type CallFailure } from './contract/errors';

/** The calls of an adapter that go upstream. */
export type UpstreamCall = keyof Omit<ProviderAdapter, 'id' | 'capabilities' | 'check' | 'encode'>;

interface MeasuredCall {
  /** The provider's id. */
  readonly provider: string;
  readonly call: UpstreamCall;
  readonly signal: AbortSignal;
}

/** `aborted`: we broke it off; `incomplete`: a download was cut short; `error`: what nobody foresaw. */
type Outcome = 'ok' | CallFailure | 'aborted' | 'incomplete' | 'error';

/** Uploads and downloads take minutes. */
const BUCKETS_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];

/** Counts and times what is asked of providers. */
@Injectable()
export class UpstreamCalls {
  private readonly calls: Counter<'provider' | 'call' | 'outcome'>;
  private readonly seconds: Histogram<'provider' | 'call'>;

  constructor(
    metrics: Metrics,
    private readonly clock: Clock,
  ) {
    this.calls = metrics.counter({
      name: 'meshbatch_upstream_calls_total',
      help: 'Calls of a provider, by how they ended',
      labelNames: ['provider', 'call', 'outcome'],
    });
    this.seconds = metrics.histogram({
      name: 'meshbatch_upstream_call_duration_seconds',
      help: 'How long a call of a provider took, whatever its outcome',
      labelNames: ['provider', 'call'],
      buckets: BUCKETS_SECONDS,
    });
  }

  /** Runs `work` and throws what it throws. */
  async measure<T>({ provider, call, signal }: MeasuredCall, work: () => Promise<T>): Promise<T> {
    const begunAt = this.clock.now();
    let outcome: Outcome = 'ok';
    try {
      return await work();
    } catch (error) {
      outcome = signal.aborted ? 'aborted' : outcomeOf(error);
      throw error;
    } finally {
      this.calls.inc({ provider, call, outcome });
      // The clock may have been set back meanwhile.
      this.seconds.observe({ provider, call }, Math.max(0, this.clock.now() - begunAt) / 1000);
    }
  }
}

function outcomeOf(error: unknown): Outcome {
  if (error instanceof ProviderCallError) return error.failure;
  return error instanceof IncompleteDownloadError ? 'incomplete' : 'error';
}
