import { Module } from '@nestjs/common';
import { CommonModule } from '../common/common.module';
import { PART_QUEUES } from '../batches/part-jobs';
import { JobWorker } from '../queue/job-worker';
import { AbandonStep } from './abandon.step';
import { AdoptableJob } from './adoptable-job';
import { AttemptEnds } from './attempt-ends';
import { BacklogMetrics } from './backlog-metrics';
import { BACKGROUND_LOOPS, BackgroundWork } from './background-work';
import { CollectDelay } from './collect-delay';
import { CollectStep } from './collect.step';
import { CreateAnswer } from './create-answer';
import { CreateStep } from './create.step';
import { Deadlines } from './deadlines';
import { Drain } from './drain';
import { DueParts } from './due-parts';
import { Erasures } from './erasures';
import { Expiries } from './expiries';
import { ExecutionMetrics } from './execution-metrics';
import { ConfigurableModuleClass } from './execution.module-definition';
import { Leftovers } from './leftovers';
import { ParkedParts } from './parked-parts';
import { PartDispatch } from './part-dispatch';
import { PartInput } from './part-input';
import { PartLeases } from './part-leases';
import { PartRunner } from './part-runner';
import { PartSteps } from './part-steps';
import { PollInterval } from './poll-interval';
import { PollStep } from './poll.step';
import { PollsUnderWay } from './polls-under-way';
import { Poller } from './poller';
import { Doctor } from './reconcile/doctor';
import { RECONCILIATION } from './reconcile/reconciliation';
import { Reconciler } from './reconcile/reconciler';
import { TurnsStore } from './reconcile/turns.store';
import { RecoveryStep } from './recovery.step';
import { ResultsReader } from './results-reader';
import { ResultsWriter } from './results-writer';
import { Retention } from './retention';
import { Scratch } from './scratch';
import { Slots } from './slots';
import { StagingStep } from './staging.step';
import { StepFailures } from './step-failures';
import { SubmitStep } from './submit.step';
import { SubmitTurns } from './submit-turns';
import { Ticker } from './ticker';
import { UpstreamCancel } from './upstream-cancel';
import { WaitingEnd } from './waiting-end';

const SUPPORT = [
  AttemptEnds,
  BacklogMetrics,
  CollectDelay,
  CreateAnswer,
  Drain,
  Leftovers,
  ExecutionMetrics,
  PartInput,
  PartLeases,
  PollInterval,
  Scratch,
  Slots,
  StepFailures,
  SubmitTurns,
  UpstreamCancel,
  WaitingEnd,
];
const STEPS = [StagingStep, CreateStep, SubmitStep, AbandonStep, RecoveryStep, PollStep, PartSteps];
const COLLECT = [ResultsReader, ResultsWriter, CollectStep];
const OPERATOR = [AdoptableJob, ParkedParts];
const RETENTION = [Expiries, Erasures, Retention];
const LOOPS = [PartDispatch, PartRunner, PollsUnderWay, Poller, DueParts, Deadlines, Ticker, BackgroundWork];

/** Every queue has the one handler: they are apart only so that long collects do not hold up submits. */
function backgroundLoops(
  runner: PartRunner,
  worker: JobWorker,
  poller: Poller,
  ticker: Ticker,
  reconciler: Reconciler,
  retention: Retention,
) {
  for (const queue of Object.values(PART_QUEUES)) worker.register(queue, (partId) => runner.advance(partId));
  return [worker, poller, ticker, reconciler, retention];
}

/** The background life of a batch. */
@Module({
  imports: [CommonModule],
  providers: [
    ...SUPPORT,
    ...STEPS,
    ...COLLECT,
    ...OPERATOR,
    ...RETENTION,
    ...LOOPS,
    ...RECONCILIATION,
    {
      provide: BACKGROUND_LOOPS,
      useFactory: backgroundLoops,
      inject: [PartRunner, JobWorker, Poller, Ticker, Reconciler, Retention],
    },
  ],
  exports: [ParkedParts, Doctor, TurnsStore],
})
export class ExecutionModule extends ConfigurableModuleClass {}
