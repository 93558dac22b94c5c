import { Module } from '@nestjs/common';
import { CommonModule } from '../common/common.module';
import { OwnerHoldings } from '../quota/owner-holdings';
import { AuditStore } from './audit.store';
import { BacklogStore } from './backlog.store';
import { BatchCloser } from './batch-closer';
import { BatchMetrics } from './batch-metrics';
import { BatchProgress } from './batch-progress';
import { BatchResults } from './batch-results';
import { ConfigurableModuleClass } from './batches.module-definition';
import { BatchTransitions } from './batch-transitions';
import { BatchesService } from './batches.service';
import { BatchesStore } from './batches.store';
import { CreateBatchEndpoint } from './create-batch.endpoint';
import { CreateBatchService } from './create-batch.service';
import { CreateBatchTransaction } from './create-batch.transaction';
import { LeftoversStore } from './leftovers.store';
import { NewBatchBuilder } from './new-batch.builder';
import { PartKinds } from './part-kinds';
import { PartSlots } from './part-slots';
import { PartsStore } from './parts.store';
import { PollsStore } from './polls.store';
import { ResultsPages } from './results-pages';

/** The batch and its parts: create, list, get, cancel, and how they move. */
@Module({
  imports: [CommonModule],
  providers: [
    AuditStore,
    BacklogStore,
    BatchesStore,
    BatchTransitions,
    BatchesService,
    BatchResults,
    ResultsPages,
    BatchCloser,
    BatchMetrics,
    BatchProgress,
    LeftoversStore,
    PartKinds,
    PartSlots,
    PartsStore,
    PollsStore,
    CreateBatchEndpoint,
    CreateBatchService,
    CreateBatchTransaction,
    NewBatchBuilder,
    { provide: OwnerHoldings, useExisting: BatchesStore },
  ],
  exports: [
    AuditStore,
    LeftoversStore,
    BacklogStore,
    BatchesStore,
    BatchesService,
    BatchTransitions,
    BatchProgress,
    PartsStore,
    PartSlots,
    PollsStore,
  ],
})
export class BatchesModule extends ConfigurableModuleClass {}
