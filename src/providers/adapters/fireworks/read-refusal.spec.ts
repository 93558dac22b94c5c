import { readRefusal } from './read-refusal';

describe('readRefusal', () => {
  it.each([
    [404, { code: 5, message: 'resource not found', details: [] }, { code: '5', message: 'resource not found' }],
    [403, { error: { code: 'UNAUTHORIZED', message: 'Invalid.' } }, { code: 'UNAUTHORIZED', message: 'Invalid.' }],
    [412, { code: 9, message: 'suspended' }, { failure: 'unauthorized', code: '9', message: 'suspended' }],
    [412, undefined, { failure: 'unauthorized' }],
    [500, { code: { odd: 1 }, message: 7 }, {}],
    [502, undefined, {}],
    [400, 'words', {}],
  ])('reads %d with %j', (status, body, facts) => {
    expect(readRefusal(status, body)).toEqual(facts);
  });
});
