import { Module } from '@nestjs/common';
import { CommonModule } from '../common/common.module';
import { BodyIntake } from './body-intake';
import { CreateLoad } from './create-load';
import { FileScans } from './file-scans';
import { FreeDisk } from './free-disk';
import { IngestMetrics } from './ingest-metrics';
import { ConfigurableModuleClass } from './ingest.module-definition';
import { IngestService } from './ingest.service';

/** From a request's bytes to a stored input. */
@Module({
  imports: [CommonModule],
  providers: [IngestService, FileScans, BodyIntake, CreateLoad, FreeDisk, IngestMetrics],
  exports: [IngestService, FileScans, BodyIntake, CreateLoad, FreeDisk],
})
export class IngestModule extends ConfigurableModuleClass {}
