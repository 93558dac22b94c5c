import { Module } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { CommonModule } from '../common/common.module';
import { instanceOf } from '../common/instance-or-class';
import { HttpModule } from '../http/http.module';
import { MetricsModule } from '../metrics/metrics.module';
import { ApiKeyOwnerResolver } from './api-key-owner-resolver';
import { ApiKeysService } from './api-keys.service';
import { AUTH_OPTIONS, ConfigurableModuleClass, type AuthModuleOptions } from './auth.module-definition';
import { KeyAttempts } from './key-attempts';
import { OwnerResolver } from './owner';
import { OwnerGuard } from './owner.guard';
import { RequestTimer } from './request-timer.guard';

/** Who is calling. A module with a controller of ours imports it, since Nest makes a controller's guard in its module. */
@Module({
  imports: [CommonModule, HttpModule],
  providers: [
    ApiKeysService,
    KeyAttempts,
    OwnerGuard,
    RequestTimer,
    {
      provide: OwnerResolver,
      useFactory: ({ ownerResolver = ApiKeyOwnerResolver }: AuthModuleOptions, moduleRef: ModuleRef) =>
        instanceOf(ownerResolver, moduleRef),
      inject: [AUTH_OPTIONS, ModuleRef],
    },
  ],
  exports: [ApiKeysService, OwnerGuard, OwnerResolver, RequestTimer, HttpModule, CommonModule, MetricsModule],
})
export class AuthModule extends ConfigurableModuleClass {}
