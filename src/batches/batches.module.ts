import { Module } from '@nestjs/common';
import { CommonModule } from '../common/common.module';
import { OwnerHoldings } from '../quota/owner-holdings';
import { AuditStore } from './audit.store';
import { BacklogStore } from './backlog.store';
import { BatchCloser } from './batch-closer';
import { BatchDeletion } from './batch-deletion';
import { BatchInput } from './batch-input';
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
import { DeletionRecord } from './deletion-record';
import { ErasuresStore } from './erasures.store';
import { FamilyStore } from './family/family.store';
import { FamilyWalk } from './family/family-walk';
import { MergedResults } from './family/merged-results';
import { Origins } from './family/origins';
import { RetryBatchEndpoint } from './family/retry-batch.endpoint';
import { RetryBatchService } from './family/retry-batch.service';
import { RetrySelection } from './family/retry-selection';
import { RootInput } from './family/root-input';
import { Idempotency } from './idempotency.service';
import { IdempotencyStore } from './idempotency.store';
import { FileRemoval } from './file-removal';
import { InputFiles } from './input-files';
import { InputFilesStore } from './input-files.store';
import { LeftoversStore } from './leftovers.store';
import { NewBatchBuilder } from './new-batch.builder';
import { NewBlobs } from './new-blobs';
import { PartKinds } from './part-kinds';
import { PartSlots } from './part-slots';
import { PartsStore } from './parts.store';
import { PollsStore } from './polls.store';
import { ResultsPages } from './results-pages';
import { RetentionStore } from './retention.store';

/** The batch and its parts: create, list, get, cancel, delete, and how they move. */
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
    BatchDeletion,
    BatchInput,
    BatchMetrics,
    BatchProgress,
    DeletionRecord,
    ErasuresStore,
    LeftoversStore,
    RetentionStore,
    FileRemoval,
    InputFiles,
    InputFilesStore,
    PartKinds,
    PartSlots,
    PartsStore,
    PollsStore,
    CreateBatchEndpoint,
    CreateBatchService,
    CreateBatchTransaction,
    Idempotency,
    IdempotencyStore,
    NewBatchBuilder,
    NewBlobs,
    FamilyStore,
    FamilyWalk,
    MergedResults,
    Origins,
    RetryBatchEndpoint,
    RetryBatchService,
    RetrySelection,
    RootInput,
    { provide: OwnerHoldings, useExisting: BatchesStore },
  ],
  exports: [
    AuditStore,
    ErasuresStore,
    LeftoversStore,
    RetentionStore,
    BacklogStore,
    BatchesStore,
    BatchesService,
    BatchTransitions,
    BatchDeletion,
    BatchInput,
    BatchProgress,
    IdempotencyStore,
    FileRemoval,
    InputFilesStore,
    PartsStore,
    PartSlots,
    PollsStore,
    CreateBatchEndpoint,
    ResultsPages,
  ],
})
export class BatchesModule extends ConfigurableModuleClass {}
