import { Module } from '@nestjs/common';
import { CommonModule } from '../common/common.module';
import { BatchChanges } from './batch-changes';
import { BatchEvents } from './batch-events';
import { EventStreams } from './event-streams';
import { ConfigurableModuleClass } from './events.module-definition';

/** Tells others what becomes of batches. */
@Module({ imports: [CommonModule], providers: [BatchEvents, BatchChanges, EventStreams], exports: [BatchEvents] })
export class EventsModule extends ConfigurableModuleClass {}
