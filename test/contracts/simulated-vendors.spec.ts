import { ADAPTER_DEFINITIONS } from '../../src/providers/adapters/definitions';
import { OPENAI_DIALECT, type Dialect } from '../support/upstreams/openai/dialect';
import { AZURE_DIALECT } from '../support/upstreams/openai/dialects/azure';
import { DEEPINFRA_DIALECT } from '../support/upstreams/openai/dialects/deepinfra';
import { GROQ_DIALECT } from '../support/upstreams/openai/dialects/groq';
import { TOGETHER_DIALECT } from '../support/upstreams/openai/dialects/together';
import { SIMULATORS } from '../support/upstreams/simulators';

const DIALECTS: readonly [string, Dialect][] = [
  ['openai', OPENAI_DIALECT],
  ['azure_openai', AZURE_DIALECT],
  ['groq', GROQ_DIALECT],
  ['together', TOGETHER_DIALECT],
  ['deepinfra', DEEPINFRA_DIALECT],
];
const definitionOf = (id: string) => ADAPTER_DEFINITIONS.find((definition) => definition.id === id);

describe('the simulated vendors', () => {
  it.each(Object.keys(SIMULATORS).filter((id) => definitionOf(id)?.baseUrl != null))(
    'has %s where its adapter looks for it by default',
    async (id) => {
      const simulator = await SIMULATORS[id]!({});
      const { pathname } = new URL(simulator.url);
      await simulator.stop();
      expect(pathname).toBe(new URL(definitionOf(id)?.baseUrl ?? '').pathname);
    },
  );

  it.each(DIALECTS)('takes at %s as much as is sent there', (id, { limits, maxOpen }) => {
    const { maxItems, maxBytes, maxConcurrentJobs } = definitionOf(id)!.capabilities;
    expect(limits.maxLines).toBe(maxItems);
    expect(limits.maxBytes).toBeGreaterThanOrEqual(maxBytes);
    expect(maxOpen).toBe(maxConcurrentJobs ?? null);
  });
});
