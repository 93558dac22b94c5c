import { BatchesModule } from '../batches/batches.module';
import { defineModule } from '../common/define-module';

export const { ConfigurableModuleClass } = defineModule<object>({ name: 'Events', needs: [BatchesModule] });
