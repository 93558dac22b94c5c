import { scrub } from './scrub';

describe('scrub', () => {
  it.each([
    'Incorrect API key provided: sk-proj-abcd****wxyz.',
    'Incorrect API key provided: sk-abcdefghijklmnop.',
    'key rsk_abcdefghijklmnop',
    'key gsk_abcdefghijklmnop',
    'key xai-abcdefghijklmnop',
    'key fw_abcdefghijklmnop',
    'key AIzaabcdefghijklmnop',
    'header Authorization: Bearer abcdefghijklmnop',
    'Limit reached in organization org-abcdefghijklmnop',
    'project proj_abcdefghijklmnop',
    'see https://blob.example/f?sig=abcdefghijklmnop&se=1',
    'see https://blob.example/f?a=1&X-Amz-Signature=abcdefghijklmnop"',
  ])('takes the secret out of %j', (text) => {
    expect(scrub(text)).not.toMatch(/abcd|mnop/);
  });

  it.each([
    'The model gpt-4o-mini does not exist',
    'Invalid value at messages[0].content (see https://platform.openai.com/docs)',
    'You have no key; a task failed, an organisation exists',
    '',
  ])('leaves %j alone', (text) => {
    expect(scrub(text)).toBe(text);
  });

  it('takes out every one of several, and the rest stays', () => {
    const text = 'a sk-aaaaaaaaaaaa b org-bbbbbbbbbb c https://h.example/?s=1 d sk-cccccccccccc e';
    expect(scrub(text)).toBe('a [key] b [organisation] c [url] d [key] e');
  });
});
