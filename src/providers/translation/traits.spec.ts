import type { ModelTraits } from '../contract/adapter';
import { refusedByTraits } from './traits';

const BODY = {
  model: 'x',
  temperature: 0.5,
  top_p: 0.9,
  max_tokens: 100,
  tools: [{ type: 'function', function: { name: 'f' } }],
  reasoning_effort: 'low',
  response_format: { type: 'json_schema', json_schema: {} },
  messages: [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'See' },
        { type: 'image_url', image_url: { url: 'https://x/y' } },
      ],
    },
  ],
};
const refused = (traits: ModelTraits, body: unknown = BODY) =>
  refusedByTraits(Buffer.from(JSON.stringify(body)), traits).map(({ path }) => path.join('.'));

describe('refusedByTraits', () => {
  it.each<[ModelTraits, string[]]>([
    [{}, []],
    [{ sampling: 'any', tools: true, images: true, jsonSchema: true, reasoning: 'effort' }, []],
    [{ sampling: 'none' }, ['temperature', 'top_p']],
    [{ sampling: 'one' }, ['top_p']],
    [{ maxOutputTokens: 99 }, ['max_tokens']],
    [{ maxOutputTokens: 100 }, []],
    [{ tools: false }, ['tools']],
    [{ reasoning: 'none' }, ['reasoning_effort']],
    [{ efforts: ['high'] }, ['reasoning_effort']],
    [{ efforts: ['low'] }, []],
    [{ besideThinking: 'none' }, ['temperature', 'top_p']],
    [{ forcedTools: false }, []],
    [{ jsonSchema: false }, ['response_format']],
    [{ images: false }, ['messages.1.content.1']],
  ])('of a model with %j refuses %j', (traits, paths) => {
    expect(refused(traits)).toEqual(paths);
  });

  it('refuses a tool that a model cannot be made to call', () => {
    expect(refused({ forcedTools: false }, { ...BODY, tool_choice: 'required' })).toEqual(['tool_choice']);
    const named = { type: 'function', function: { name: 'f' } };
    expect(refused({ forcedTools: false }, { ...BODY, tool_choice: named })).toEqual(['tool_choice']);
  });

  it.each([
    [{ model: 'x', temperature: 0.5, top_p: null }],
    [{ model: 'x', messages: 'none' }],
    [{ model: 'x', messages: [null, { role: 'user' }], response_format: null }],
  ])('refuses nothing of %j', (body) => {
    expect(refused({ sampling: 'one', images: false, jsonSchema: false, maxOutputTokens: 5 }, body)).toEqual([]);
  });
});
