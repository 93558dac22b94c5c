import { readUsage } from './read-usage';

const read = (body: unknown) => readUsage(Buffer.from(JSON.stringify(body)));

describe('readUsage', () => {
  it.each([
    [{ prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 }, [3, 4, 7]],
    [{ prompt_tokens: 3, total_tokens: 3 }, [3, 0, 3]],
    [{ input_tokens: 5, output_tokens: 6, total_tokens: 11 }, [5, 6, 11]],
    [{ input_tokens: 5, output_tokens: 6 }, [5, 6, 11]],
    [
      { input_tokens: 5, cache_creation_input_tokens: 20, cache_read_input_tokens: 300, output_tokens: 6 },
      [325, 6, 331],
    ],
    [{ prompt_tokens: 1, completion_tokens: 2, completion_tokens_details: { reasoning_tokens: 9 } }, [1, 2, 3]],
  ])('reads %j', (usage, [input, output, total]) => {
    expect(read({ id: 'x', usage })).toMatchObject({ input_tokens: input, output_tokens: output, total_tokens: total });
  });

  it.each([
    ['none', { prompt_tokens: 1 }, [0, 0]],
    ['of another form', { prompt_tokens: 1, prompt_tokens_details: 5, completion_tokens_details: [] }, [0, 0]],
    [
      'of a chat completion',
      {
        prompt_tokens: 5,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 9 },
      },
      [4, 9],
    ],
    [
      'of a response',
      {
        input_tokens: 5,
        input_tokens_details: { cached_tokens: 4 },
        output_tokens_details: { reasoning_tokens: 9 },
      },
      [4, 9],
    ],
    [
      'of a message',
      { input_tokens: 5, cache_read_input_tokens: 4, output_tokens_details: { thinking_tokens: 9 } },
      [4, 9],
    ],
  ])('reads the details %s', (_, usage, [cached, reasoning]) => {
    expect(read({ usage })).toMatchObject({ cached_tokens: cached, reasoning_tokens: reasoning });
  });

  it.each([
    ['spaces', '{ "a" : "usage" , "usage" : { "total_tokens" : 7 , "prompt_tokens": 3 } , "z" : [ ] }'],
    ['an escaped key', '{"us\\u0061ge":{"prompt_tokens":3,"total_tokens":7}}'],
    [
      'its name in a text behind it',
      '{"usage":{"prompt_tokens":3,"total_tokens":7},"t":"\\"usage\\":{}}","u":"usage"}',
    ],
    ['its name below it', '{"usage":{"prompt_tokens":3,"total_tokens":7},"t":{"usage":{"total_tokens":99}}}'],
    ['its name in a list', '{"usage":{"prompt_tokens":3,"total_tokens":7},"t":["usage",{"usage":null}]}'],
    ['much behind it', `{"usage":{"prompt_tokens":3,"total_tokens":7},"t":"${'x'.repeat(9000)}"}`],
  ])('reads one with %s', (_, body) => {
    expect(readUsage(Buffer.from(body))).toMatchObject({ input_tokens: 3, total_tokens: 7 });
  });

  it.each<unknown>([
    {},
    { usage: null },
    { usage: { total_tokens: 'many' } },
    [],
    'usage',
    null,
    { a: { usage: {} } },
    { a: '"usage":{}}' },
  ])('finds none in %j', (body) => {
    expect(read(body)).toBeNull();
  });
});
