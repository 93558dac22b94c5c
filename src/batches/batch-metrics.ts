import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { refusalOf } from '../http/refusal';
import { Metrics } from '../metrics/metrics';
import { afterCommit } from '../persistence/transaction-context';
import { isTerminal } from './batch-status';
import { BatchTransitions, type BatchTransition } from './batch-transitions';

/** Counts batches as they come to be and as they end, once that is committed, and creates that are refused. */
@Injectable()
export class BatchMetrics {
  private readonly created: Counter<'provider'>;
  private readonly ended: Counter<'provider' | 'status'>;
  private readonly refusals: Counter<'code'>;

  constructor(metrics: Metrics, transitions: BatchTransitions) {
    this.created = metrics.counter({
      name: 'meshbatch_batches_created_total',
      help: 'Batches that were taken',
      labelNames: ['provider'],
    });
    this.ended = metrics.counter({
      name: 'meshbatch_batches_ended_total',
      help: 'Batches that ended, by their last status',
      labelNames: ['provider', 'status'],
    });
    this.refusals = metrics.counter({
      name: 'meshbatch_batches_refused_total',
      help: 'Creates that were refused once their key was known, by the code of the error',
      labelNames: ['code'],
    });
    transitions.register((transition) => this.count(transition));
  }

  refused(error: unknown): void {
    this.refusals.inc({ code: refusalOf(error)?.code ?? 'internal_error' });
  }

  private count({ batch: { provider }, from, to }: BatchTransition): void {
    if (from === null) afterCommit(() => this.created.inc({ provider }));
    else if (isTerminal(to)) afterCommit(() => this.ended.inc({ provider, status: to }));
  }
}
