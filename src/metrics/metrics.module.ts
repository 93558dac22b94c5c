import { Module } from '@nestjs/common';
import { CommonModule } from '../common/common.module';
import { ConfigurableModuleClass } from './metrics.module-definition';
import { Metrics } from './metrics';

/** Where the other modules declare what they count. */
@Module({ imports: [CommonModule], providers: [Metrics], exports: [Metrics] })
export class MetricsModule extends ConfigurableModuleClass {}
