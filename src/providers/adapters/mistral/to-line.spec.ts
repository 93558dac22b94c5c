import fc from 'fast-check';
import type { Endpoint } from '../../contract/adapter';
import { fieldsOf } from './body-fields';
import { toLine } from './to-line';

const HEAD = '{"custom_id":"r0000000-abcd1234","body":';

function bodyOf(body: string, endpoint: Endpoint = '/v1/chat/completions'): string {
  const line = toLine({ endpoint, body: Buffer.from(body) }, 'r0000000-abcd1234').toString();
  expect(line.startsWith(HEAD) && line.endsWith('}')).toBe(true);
  return line.slice(HEAD.length, -1);
}

describe('toLine', () => {
  it.each([
    ['the model and stream', '{"model":"mistral/x","stream":false,"n":2}', '{"n":2}'],
    ['a name of ours', '{"max_completion_tokens":10,"seed":1}', '{"max_tokens":10,"random_seed":1}'],
    ['a name in escapes', '{"see\\u0064":1}', '{"random_seed":1}'],
    ['both names', '{"max_tokens":10,"max_completion_tokens":10,"top_p":1}', '{"max_tokens":10,"top_p":1}'],
    ['both names, one null', '{"max_tokens":null,"max_completion_tokens":10}', '{"max_tokens":10}'],
    ['both names, the other null', '{"max_completion_tokens":null,"max_tokens":10}', '{"max_tokens":10}'],
    ['a choice that is required', '{"tool_choice":"required"}', '{"tool_choice":"any"}'],
    ['a choice in escapes', '{"tool_choice":"require\\u0064"}', '{"tool_choice":"any"}'],
    ['another choice', '{"tool_choice":"none"}', '{"tool_choice":"none"}'],
    ['a choice of a function', '{"tool_choice":{"type":"required"}}', '{"tool_choice":{"type":"required"}}'],
    ['what changes nothing', '{"store":false,"logprobs":false,"user":"u","safety_identifier":"s"}', '{}'],
    ['nulls', '{"stop":null,"logit_bias":null,"metadata":{"a":null}}', '{"metadata":{"a":null}}'],
    ['every digit', '{"seed":12345678901234567890,"top_p":1.10}', '{"random_seed":12345678901234567890,"top_p":1.10}'],
  ])('writes %s', (_, given, sent) => {
    expect(bodyOf(given)).toBe(sent);
  });

  it.each([
    ['[{"role":"user","content":"null"} , {"a":1}]', '[{"role":"user","content":"null"},{"a":1}]'],
    ['[{"role":"user","content":"é","name":null}]', '[{"role":"user","content":"é"}]'],
    ['[{"content":null,"refusal": null,"x":1.10}]', '[{"content":null,"x":1.10}]'],
    ['[{"content":[{"detail":null}]}]', '[{"content":[{"detail":null}]}]'],
    ['[]', '[]'],
  ])('leaves nulls out of the messages %s', (given, sent) => {
    expect(bodyOf(`{"messages":${given}}`)).toBe(`{"messages":${sent}}`);
  });

  it('keeps messages byte for byte where nothing in them is null', () => {
    const messages = '[ {"role" : "user", "content":"\\u00e9\\u2028"} ]';
    expect(bodyOf(`{"messages":${messages}}`)).toBe(`{"messages":${messages}}`);
  });

  it('writes embeddings', () => {
    const given = '{"model":"m","input":["a"],"dimensions":256,"encoding_format":"float","user":"u"}';
    const sent = '{"input":["a"],"output_dimension":256,"encoding_format":"float"}';
    expect(bodyOf(given, '/v1/embeddings')).toBe(sent);
  });

  it('keeps every value that is not null, under a name that the vendor knows, wherever it stands', () => {
    const { kept, renamed, dropped } = fieldsOf('/v1/chat/completions');
    const plain = kept.filter((key) => !['messages', 'tool_choice', ...renamed.values()].includes(key));
    const keys = [...plain, ...renamed.keys(), ...dropped];
    const bodies = fc.dictionary(fc.constantFrom(...keys), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 8 });
    fc.assert(
      fc.property(bodies, (body) => {
        const wanted = Object.entries(body)
          .filter(([key, value]) => value !== null && !dropped.includes(key))
          .map(([key, value]) => [renamed.get(key) ?? key, value]);
        expect(JSON.parse(bodyOf(JSON.stringify(body)))).toEqual(
          JSON.parse(JSON.stringify(Object.fromEntries(wanted))),
        );
      }),
    );
  });
});
