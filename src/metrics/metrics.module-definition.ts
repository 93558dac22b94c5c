import type { OpenMetricsContentType, Registry } from 'prom-client';
import { defineModule } from '../common/define-module';

export interface MetricsModuleOptions {
  /** The host's own registry of prom-client; one of this application alone when left out, never prom-client's global one. */
  readonly registry?: Registry | Registry<OpenMetricsContentType>;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: METRICS_OPTIONS } = defineModule<MetricsModuleOptions>({
  name: 'Metrics',
  needs: [],
});
