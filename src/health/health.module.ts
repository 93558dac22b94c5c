import { Module } from '@nestjs/common';
import { ConfigurableModuleClass } from './health.module-definition';
import { MeshbatchHealth } from './meshbatch-health';

/** What a health check asks. */
@Module({ providers: [MeshbatchHealth], exports: [MeshbatchHealth] })
export class HealthModule extends ConfigurableModuleClass {}
