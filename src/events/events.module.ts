import { Module } from '@nestjs/common';
import { CommonModule } from '../common/common.module';
import { BatchEvents } from './batch-events';
import { ConfigurableModuleClass } from './events.module-definition';

/** Tells others what becomes of batches. */
@Module({ imports: [CommonModule], providers: [BatchEvents], exports: [BatchEvents] })
export class EventsModule extends ConfigurableModuleClass {}
