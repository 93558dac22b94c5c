import { Module } from '@nestjs/common';
import { CommonModule } from '../common/common.module';
import { JobQueue } from './job-queue';
import { JobWorker } from './job-worker';
import { ConfigurableModuleClass } from './queue.module-definition';

/** Durable background jobs on the application's own database. */
@Module({
  imports: [CommonModule],
  providers: [JobQueue, JobWorker],
  exports: [JobQueue, JobWorker],
})
export class QueueModule extends ConfigurableModuleClass {}
