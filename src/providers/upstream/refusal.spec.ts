import { readOpenAiRefusal } from './refusal';

describe('readOpenAiRefusal', () => {
  it.each<[unknown, object]>([
    [{ error: { code: 'c', type: 't', message: 'm' } }, { code: 'c', message: 'm' }],
    [{ error: { code: null, type: 't' } }, { code: 't' }],
    [{ detail: 'Not authenticated' }, { message: 'Not authenticated' }],
    [
      { detail: [{ loc: ['body', 'requests', 0], msg: 'Field required', type: 'missing' }, { msg: 'Too long' }] },
      { message: 'body.requests.0: Field required; Too long' },
    ],
    [{ detail: [{ loc: [], msg: 'm' }] }, { message: 'm' }],
    [{ detail: [] }, {}],
    [{ detail: ['x', null, { msg: 5 }] }, {}],
    [{ detail: { error: 'inactive user' } }, {}],
    [{ message: 'm' }, { message: 'm' }],
    [{ error: { message: 'own' }, detail: 'd', message: 'bare' }, { message: 'own' }],
    [{ error: 'text' }, {}],
    ['text', {}],
    [null, {}],
    [undefined, {}],
  ])('reads %j', (body, facts) => {
    expect(readOpenAiRefusal(400, body)).toEqual(facts);
  });
});
