import { Module } from '@nestjs/common';
import { ConfigurableModuleClass } from './ingest.module-definition';
import { IngestService } from './ingest.service';

/** From a request's bytes to a stored input. */
@Module({ providers: [IngestService], exports: [IngestService] })
export class IngestModule extends ConfigurableModuleClass {}
