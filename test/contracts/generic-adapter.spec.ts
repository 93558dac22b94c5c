import { genericProfile } from '../../src/providers/adapters/openai-shaped/generic-profile';
import { defineOpenAiShaped } from '../../src/providers/adapters/openai-shaped/openai-shaped.adapter';
import { OPENAI_SHAPED_PROFILES } from '../../src/providers/adapters/openai-shaped/profiles/profiles';
import type { ProviderAdapter } from '../../src/providers/contract/adapter';
import { OPENAI_DIALECT, type Dialect } from '../support/upstreams/openai/dialect';
import { openAiShaped, type ShapedHarness } from './openai-shaped.harness';
import { describeProviderAdapter } from './provider-adapter.contract';
import { describeProviderFaults } from './provider-faults.contract';
import { Scenario } from './scenario';

const CHAT = '/v1/chat/completions';
const BATCH = { status: 'in_queue', metadata: { meshbatch_attempt: 'aaaaaaa1', of: 5 } };

/** A server that nobody wrote a profile for: its own header, spelling of the endpoint, envelope and words. */
const SERVER: Dialect = {
  ...OPENAI_DIALECT,
  prefix: '/api/batch/v2',
  uploadPath: '/files/new',
  authorize: (headers, apiKey) =>
    OPENAI_DIALECT.authorize({ authorization: String(headers['x-key']).replace(/^Token/, 'Bearer') }, apiKey),
  create: { ...OPENAI_DIALECT.create, endpoints: { '/v4/chat/completions': '/v4/chat/completions' } },
  renderBatch: (batch, call) => {
    const shown = { ...batch, status: batch.status === 'validating' ? 'in_queue' : batch.status };
    return call === 'create' ? { data: shown } : shown;
  },
};
const PROFILE = genericProfile({
  id: 'somewhere',
  baseUrl: 'https://batch.example.com/api/batch/v2',
  auth: { header: 'x-key', scheme: 'Token' },
  endpoints: { [CHAT]: { create: '/v4/chat/completions', line: '/v4/chat/completions' } },
  limits: { maxItems: 1000, maxBytes: 1_000_000 },
  upload: { path: '/files/new' },
  create: { envelope: 'data' },
  statusWords: { in_queue: 'validating' },
  refusedFields: ['seed'],
});
const generic = () => openAiShaped({ profile: PROFILE, dialect: SERVER, model: 'gpt-4o-mini' });

describeProviderAdapter('a described server', generic);
describeProviderFaults('a described server', generic);

describe('a described server alone', () => {
  let harness: ShapedHarness;
  let scenario: Scenario<ShapedHarness>;
  beforeEach(async () => {
    harness = await generic();
    scenario = new Scenario(harness);
  });
  afterEach(() => harness.close());

  it('uses its words for states', async () => {
    harness.simulator.hold('validating');
    const { id } = await scenario.submit();
    expect(await scenario.state(id)).toBe('validating');
  });

  it('looks through the whole of a list whose order nobody has told', async () => {
    const { attempt, id } = await scenario.submit();
    const data = [{ id: 'batch_old', status: 'completed', created_at: 1 }];
    harness.simulator.faults.add({ route: 'list', kind: { status: 200, body: { data, has_more: true } } });
    harness.simulator.faults.add({ route: 'list', kind: { status: 200, body: { data: [{ id, ...BATCH }] } } });
    expect(await scenario.adapter.find({ ...attempt, inputId: null }, scenario.signal)).toMatchObject({ id });
  });

  it('refuses a field that the server does not take', () => {
    const body = Buffer.from('{"model":"somewhere/x","seed":1}');
    expect(scenario.adapter.check({ endpoint: CHAT, body }, scenario.target)).toMatchObject([{ path: ['seed'] }]);
  });
});

describe('the profiles that are built in', () => {
  const build = (id: string): ProviderAdapter => {
    const profile = OPENAI_SHAPED_PROFILES.find((each) => each.id === id)!;
    return defineOpenAiShaped(profile).create({ apiKey: 'key', baseUrl: 'https://batch.example.com' });
  };
  const item = (body: string) => ({ endpoint: CHAT, body: Buffer.from(body) }) as const;

  it.each(OPENAI_SHAPED_PROFILES.map((profile) => [profile.id, profile] as const))(
    '%s makes an adapter that can be used',
    (id, { baseUrl, unverified }) => {
      const { capabilities } = build(id);
      expect(capabilities.endpoints).toContain(id === 'perplexity' ? '/v1/responses' : CHAT);
      expect(capabilities.maxLineBytes).toBeLessThanOrEqual(capabilities.maxBytes);
      for (const window of capabilities.extraWindows) expect(window).toMatch(/^\d+[hd]$/);
      if (baseUrl !== null) expect(baseUrl).toMatch(/^https:\/\/[^?#]*[^/]$/);
      expect(unverified).toBe(!['openai', 'azure_openai', 'groq', 'together', 'deepinfra'].includes(id));
    },
  );

  it('have ids of their own', () => {
    const ids = OPENAI_SHAPED_PROFILES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('spell Zhipu’s endpoint as it does', () => {
    const target = { upstream: 'glm-4', traits: {} };
    const line = build('zhipu').encode(item('{"model":"zhipu/glm-4"}'), 'r0000000-abcd1234', target);
    expect(JSON.parse(String(line))).toMatchObject({ url: '/v4/chat/completions', body: { model: 'glm-4' } });
  });

  it('refuse what Moonshot does not take, whatever its value', () => {
    const body = item('{"model":"x","temperature":1,"n":1,"max_tokens":5}');
    const refused = build('moonshot').check(body, { upstream: 'kimi-k2.6', traits: {} });
    expect(refused.map(({ path }) => path)).toEqual([['temperature'], ['n']]);
  });
});
