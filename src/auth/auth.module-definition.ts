import { ConfigurableModuleBuilder, type Type } from '@nestjs/common';
import type { OwnerResolver } from './owner';

export interface AuthModuleOptions {
  /** The host's own login in place of API keys. */
  readonly ownerResolver?: OwnerResolver | Type<OwnerResolver>;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: AUTH_OPTIONS } =
  new ConfigurableModuleBuilder<AuthModuleOptions>({ moduleName: 'Auth' })
    .setClassMethodName('forRoot')
    .setExtras({}, (definition) => ({ ...definition, global: true }))
    .build();
