import { defineModule } from '../common/define-module';
import { PersistenceModule } from '../persistence/persistence.module';

export const DEFAULT_BATCH_LIMIT = 10;

export interface QuotaModuleOptions {
  /** Active batches an owner may have, where the owner's row names no number of its own; 10 when left out. */
  readonly batchLimitPerOwner?: number;
  /** Bytes that the files of one owner may have, inputs and results; without a limit when left out. */
  readonly storedBytesPerOwner?: number;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: QUOTA_OPTIONS } = defineModule<QuotaModuleOptions>({
  name: 'Quota',
  needs: [PersistenceModule],
});
