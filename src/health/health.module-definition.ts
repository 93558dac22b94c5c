import { defineModule } from '../common/define-module';
import { ProvidersModule } from '../providers/providers.module';

export const { ConfigurableModuleClass } = defineModule<object>({
  name: 'Health',
  needs: [ProvidersModule],
});
