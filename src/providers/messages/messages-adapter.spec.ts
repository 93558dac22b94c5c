import { GEMINI } from '../adapters/gemini/gemini.adapter';
import { MISTRAL } from '../adapters/mistral/mistral.adapter';
import { ANTHROPIC } from '../adapters/anthropic/anthropic.adapter';
import { OPENAI_SHAPED_PROFILES } from '../adapters/openai-shaped/profiles/profiles';
import { defineOpenAiShaped } from '../adapters/openai-shaped/openai-shaped.adapter';
import type { ModelTraits, ProviderAdapter } from '../contract/adapter';
import type { AdapterDefinition } from '../contract/definition';
import { takingMessages } from './messages-adapter';

const USER = { role: 'user', content: 'hi' };
const ASKED = { type: 'tool_use', id: 'call-1', name: 'look_up', input: { a: 1 } };
const settings = { apiKey: 'k', baseUrl: 'http://127.0.0.1:1' };

const adapterOf = (definition: AdapterDefinition) => takingMessages(definition.create(settings));
const openAiShaped = (id: string) =>
  adapterOf(defineOpenAiShaped(OPENAI_SHAPED_PROFILES.find((profile) => profile.id === id)!));
const itemOf = (params: object) => ({
  endpoint: '/v1/messages' as const,
  body: Buffer.from(JSON.stringify({ model: 'x', max_tokens: 5, messages: [USER], ...params })),
});
const refused = (adapter: ProviderAdapter, params: object, traits: ModelTraits = {}) =>
  adapter.check(itemOf(params), { upstream: 'm', traits }).map(({ path }) => path.join('.'));
const sent = (adapter: ProviderAdapter, params: object) =>
  JSON.parse(adapter.encode(itemOf(params), 'r1', { upstream: 'm', traits: {} }).toString()) as unknown;

describe('takingMessages', () => {
  it('adds the endpoint where there are chat completions, and leaves an adapter that has it alone', () => {
    expect(openAiShaped('openai').capabilities.endpoints).toContain('/v1/messages');
    expect(openAiShaped('perplexity').capabilities.endpoints).toEqual(['/v1/responses']);
    const anthropic = ANTHROPIC.create(settings);
    expect(takingMessages(anthropic)).toBe(anthropic);
  });

  it('names the limit as the provider does', () => {
    const body = { model: 'm', messages: [USER] };
    expect(sent(openAiShaped('openai'), {})).toMatchObject({
      url: '/v1/chat/completions',
      body: { ...body, max_completion_tokens: 5 },
    });
    expect(sent(openAiShaped('together'), {})).toMatchObject({ body: { ...body, max_tokens: 5 } });
    expect(sent(adapterOf(MISTRAL), {})).toMatchObject({ body: { max_tokens: 5 } });
  });

  it.each<[string, AdapterDefinition, object, string[]]>([
    ['a name', GEMINI, { tools: [{ name: '1 2', input_schema: {} }] }, ['tools.0.name']],
    [
      'a part',
      MISTRAL,
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'x' },
              { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' } },
            ],
          },
        ],
      },
      ['messages.0.content.1'],
    ],
  ])('tells %s that %# the provider refuses where it stands in the params', (_, definition, params, paths) => {
    const found = refused(adapterOf(definition), params);
    expect(found.map((path) => path.split('.').slice(0, paths[0]!.split('.').length).join('.'))).toEqual(paths);
  });

  it('tells what the model cannot do where it stands in the params', () => {
    const traits: ModelTraits = {
      maxOutputTokens: 4,
      sampling: 'none',
      images: false,
      tools: false,
      jsonSchema: false,
    };
    const image = { type: 'image', source: { type: 'url', url: 'https://x/y.png' } };
    const params = {
      messages: [
        USER,
        { role: 'assistant', content: [ASKED] },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'call-1' }, { type: 'text', text: 'and' }, image],
        },
      ],
      tools: [{ name: 'look_up', input_schema: {} }],
      tool_choice: { type: 'any' },
      temperature: 1,
      output_config: { format: { type: 'json_schema', schema: {} } },
    };
    expect(refused(openAiShaped('openai'), params, traits).sort()).toEqual(
      ['max_tokens', 'messages.2.content.2', 'output_config.format', 'temperature', 'tool_choice', 'tools'].sort(),
    );
  });

  it('refuses more stop sequences than the provider takes', () => {
    const stops = (count: number) => ({ stop_sequences: Array.from({ length: count }, (_, index) => `end ${index}`) });
    expect(refused(openAiShaped('openai'), stops(4))).toEqual([]);
    expect(refused(openAiShaped('openai'), stops(5))).toEqual(['stop_sequences']);
    expect(refused(openAiShaped('together'), stops(5))).toEqual([]);
  });

  it('knows models that think by what is known of them', () => {
    const openai = openAiShaped('openai');
    const disabled = { thinking: { type: 'disabled' } };
    expect(refused(openai, disabled)).toEqual(['thinking']);
    expect(refused(openai, disabled, { reasoning: 'none' })).toEqual([]);
    expect(refused(openai, disabled, { efforts: ['none', 'low'] })).toEqual([]);
    const effort = { output_config: { effort: 'max' } };
    expect(refused(openai, { thinking: { type: 'adaptive' }, ...effort }, { efforts: ['low'] })).toEqual(['thinking']);
    expect(refused(openai, effort)).toEqual(['output_config.effort']);
    expect(refused(openai, { thinking: { type: 'adaptive' } })).toEqual(['thinking']);
  });
});
