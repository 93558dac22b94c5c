import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { defineHttpModule } from '../common/define-module';
import { HealthController } from './health.controller';
import { HealthModule } from './health.module';

const { ConfigurableModuleClass } = defineHttpModule<object>({ name: 'HealthRoutes', needs: [HealthModule] }, [
  HealthController,
]);

/** Liveness and readiness as routes, for a service that has none of its own. */
@Module({ imports: [TerminusModule.forRoot({ logger: false })] })
export class HealthRoutesModule extends ConfigurableModuleClass {}
