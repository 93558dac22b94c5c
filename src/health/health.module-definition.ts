import { defineModule } from '../common/define-module';
import { PersistenceModule } from '../persistence/persistence.module';
import { ProvidersModule } from '../providers/providers.module';

export const { ConfigurableModuleClass } = defineModule<object>({
  name: 'Health',
  needs: [PersistenceModule, ProvidersModule],
});
