import { readRefusal } from './read-refusal';

const CODE = 'Client specified an invalid argument';

describe('readRefusal', () => {
  it.each([
    [
      'a key that is not known',
      400,
      { code: CODE, error: 'Incorrect API key provided: xa***gA. You can obtain …' },
      { failure: 'unauthorized', code: CODE, message: 'The provider does not know the API key' },
    ],
    [
      'no credit',
      429,
      { code: 8, error: 'Your team has either used all available credits or reached …' },
      { failure: 'unauthorized', code: '8', message: 'Your team has either used all available credits or reached …' },
    ],
    ['another bad call', 400, { code: CODE, error: 'name is required' }, { code: CODE, message: 'name is required' }],
    ['a server’s failure', 500, { error: 'incorrect API key service' }, { message: expect.any(String) }],
    ['a refusal as OpenAI’s', 400, { error: { code: 'x', message: 'no' } }, { code: 'x', message: 'no' }],
    ['no words', 404, undefined, {}],
  ])('reads %s', (_, status, body, facts) => {
    expect(readRefusal(status, body)).toEqual(facts);
  });
});
