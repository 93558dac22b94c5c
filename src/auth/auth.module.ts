import { Module } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { CommonModule } from '../common/common.module';
import { HttpModule } from '../http/http.module';
import { ApiKeyOwnerResolver } from './api-key-owner-resolver';
import { ApiKeysService } from './api-keys.service';
import { AUTH_OPTIONS, ConfigurableModuleClass, type AuthModuleOptions } from './auth.module-definition';
import { OwnerResolver } from './owner';
import { OwnerGuard } from './owner.guard';

/** Who is calling. Global, since every controller's guard is resolved in its own module. */
@Module({
  imports: [CommonModule, HttpModule],
  providers: [
    ApiKeysService,
    OwnerGuard,
    {
      provide: OwnerResolver,
      useFactory: ({ ownerResolver = ApiKeyOwnerResolver }: AuthModuleOptions, moduleRef: ModuleRef) =>
        ownerResolver instanceof OwnerResolver ? ownerResolver : moduleRef.create(ownerResolver),
      inject: [AUTH_OPTIONS, ModuleRef],
    },
  ],
  exports: [ApiKeysService, OwnerGuard, OwnerResolver, HttpModule, CommonModule],
})
export class AuthModule extends ConfigurableModuleClass {}
