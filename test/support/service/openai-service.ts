import { OpenAiSimulator } from '../upstreams/openai/openai-simulator';
import type { SimulatorOptions } from '../upstreams/openai/types';
import { TestService, type TestServiceOptions } from './test-service';

/** A service whose OpenAI is a simulator in this process, which outlives a killed service. */
export class OpenAiService {
  private constructor(
    readonly simulator: OpenAiSimulator,
    readonly service: TestService,
  ) {}

  static async start(options: TestServiceOptions, simulated: SimulatorOptions = {}): Promise<OpenAiService> {
    const simulator = await OpenAiSimulator.start(simulated);
    const env = {
      OPENAI_API_KEY: 'sk-simulated',
      OPENAI_BASE_URL: simulator.url,
      UPSTREAM_TIMEOUT_MS: '1000',
      ...options.env,
    };
    return new OpenAiService(simulator, await TestService.start({ ...options, env }));
  }

  async dispose(): Promise<void> {
    await this.service.dispose();
    await this.simulator.stop();
  }
}
