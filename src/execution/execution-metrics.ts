import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { Metrics } from '../metrics/metrics';

/** What the steps count. */
@Injectable()
export class ExecutionMetrics {
  readonly lookups: Counter<'provider' | 'outcome'>;
  readonly parked: Counter<'provider'>;
  readonly resubmissions: Counter<'provider'>;
  readonly itemsRefused: Counter<'provider'>;
  readonly itemsResubmitted: Counter<'provider'>;
  readonly leasesLost: Counter;
  readonly stepsFailed: Counter<'state'>;
  readonly findings: Counter<'kind'>;
  readonly repairs: Counter<'kind'>;

  constructor(metrics: Metrics) {
    const byProvider = (name: string, help: string) => metrics.counter({ name, help, labelNames: ['provider'] });
    this.lookups = metrics.counter({
      name: 'meshbatch_part_lookups_total',
      help: 'Times that a create without a clear answer was looked for at its provider: found or not_found',
      labelNames: ['provider', 'outcome'],
    });
    this.parked = byProvider('meshbatch_parts_parked_total', 'Parts that were left to an operator');
    this.resubmissions = byProvider(
      'meshbatch_part_resubmissions_total',
      'Times that a part was sent again without the items that its provider had refused',
    );
    this.itemsRefused = byProvider('meshbatch_items_refused_total', 'Items that parts are sent again without');
    this.itemsResubmitted = byProvider('meshbatch_items_resubmitted_total', 'Items that were sent again without those');
    this.leasesLost = metrics.counter({
      name: 'meshbatch_leases_lost_total',
      help: 'Steps that ended since another process had taken their part over',
    });
    this.stepsFailed = metrics.counter({
      name: 'meshbatch_steps_failed_total',
      help: 'Steps that failed for a reason that nobody foresaw, by the state of their part',
      labelNames: ['state'],
    });
    this.findings = metrics.counter({
      name: 'meshbatch_reconciler_findings_total',
      help: 'Things that did not fit together, each counted by every pass that finds it',
      labelNames: ['kind'],
    });
    this.repairs = metrics.counter({
      name: 'meshbatch_reconciler_repairs_total',
      help: 'Things that did not fit together and were put right',
      labelNames: ['kind'],
    });
  }
}
