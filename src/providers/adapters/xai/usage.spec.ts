import fc from 'fast-check';
import { withReasoning } from './usage';

const edited = (json: string) => withReasoning(Buffer.from(json)).toString();
const completion = (usage: string) => `{"id":"c", "usage" : ${usage} ,"big":12345678901234567890,"price":1.10}`;
type Spelled = number | string | null;
const usage = (output: Spelled, total: Spelled, reasoning: Spelled, input: Spelled = 10) =>
  completion(
    `{"prompt_tokens":${input},"completion_tokens": ${output},"total_tokens":${total},"completion_tokens_details":{"reasoning_tokens":${reasoning}}}`,
  );

describe('withReasoning', () => {
  it.each([
    ['the total has it', usage(1, 157, 146), usage(147, 157, 146)],
    ['the total lacks it', usage(1, 11, 146), usage(147, 157, 146)],
    ['the total says that it is counted already', usage(200, 210, 146), usage(200, 210, 146)],
    ['the total is of another sum', usage(1, 500, 146), usage(147, 500, 146)],
    ['there is no total', usage(1, null, 146), usage(147, null, 146)],
    ['there is no count of the input', usage(1, 11, 146, null), usage(147, 11, 146, null)],
    ['there was no reasoning', usage(1, 11, 0), usage(1, 11, 0)],
  ])('when %s', (_, given, wanted) => {
    expect(edited(given)).toBe(wanted);
  });

  it.each([
    ['no usage', '{"choices":[]}'],
    ['a usage that is none', completion('null')],
    ['no details', completion('{"completion_tokens":1}')],
    ['details that are none', completion('{"completion_tokens":1,"completion_tokens_details":null}')],
    ['no count', completion('{"completion_tokens_details":{"reasoning_tokens":5}}')],
    ['counts that are not whole', usage(1.5, 11, 146)],
    ['counts that are texts', usage('"1"', 11, 146)],
    ['counts below zero', usage(1, 11, -146)],
    ['counts past every meaning', usage(1, 11, '1234567890123456')],
  ])('leaves %s as it is', (_, json) => {
    expect(edited(json)).toBe(json);
  });

  it('takes the last of a key that occurs twice', () => {
    const twice = completion(
      '{"completion_tokens":1,"completion_tokens":2,"completion_tokens_details":{"reasoning_tokens":3}}',
    );
    expect(JSON.parse(edited(twice)).usage.completion_tokens).toBe(5);
  });

  it('changes two numbers at most, and every count adds up', () => {
    const count = fc.nat(1_000_000);
    const property = fc.property(count, count, count, fc.boolean(), (input, output, reasoning, included) => {
      const total = input + output + (included ? reasoning : 0);
      const given = usage(output, total, reasoning, input);
      const result = JSON.parse(edited(given)).usage;
      expect(result.total_tokens).toBe(result.prompt_tokens + result.completion_tokens);
      expect(result.completion_tokens).toBeGreaterThanOrEqual(reasoning);
      expect(edited(given).replaceAll(/"(?:completion|total)_tokens": ?\d+/g, '')).toBe(
        given.replaceAll(/"(?:completion|total)_tokens": ?\d+/g, ''),
      );
    });
    fc.assert(property);
  });
});
