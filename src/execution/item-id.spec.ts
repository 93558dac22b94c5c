import { readItemId, toItemId } from './item-id';

const TOKEN = 'abcd1234';

describe('the id of an item upstream', () => {
  it.each([0, 1, 49_999, 9_999_999])('gives back the index %d', (index) => {
    const id = toItemId(index, TOKEN);
    expect(id).toMatch(/^r\d{7}-abcd1234$/);
    expect(readItemId(id, TOKEN)).toBe(index);
  });

  it.each([
    'r0000001-abcd1235',
    'r000001-abcd1234',
    'r00000001-abcd1234',
    'r0000001-ABCD1234',
    'R0000001-abcd1234',
    'r0000001-abcd1234\n',
    ' r0000001-abcd1234',
    'r-000001-abcd1234',
    'r0000001',
    '',
  ])('is not read from %j', (id) => {
    expect(readItemId(id, TOKEN)).toBeNull();
  });
});
