import { defineModule } from '../common/define-module';
import type { InstanceOrClass } from '../common/instance-or-class';
import { MetricsModule } from '../metrics/metrics.module';
import { PersistenceModule } from '../persistence/persistence.module';
import type { OwnerResolver } from './owner';

export interface AuthModuleOptions {
  /** The host's own login; API keys when left out. */
  readonly ownerResolver?: InstanceOrClass<OwnerResolver>;
  /** With API keys: how many wrong ones are looked up a minute for one address, an IPv6 /64 being one; 60 when left out. */
  readonly wrongKeysPerMinute?: number;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: AUTH_OPTIONS } = defineModule<AuthModuleOptions>({
  name: 'Auth',
  needs: [PersistenceModule, MetricsModule],
});
