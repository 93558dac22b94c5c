import { checkChat } from './check-chat';

const pathsOf = (body: unknown) =>
  checkChat({ endpoint: '/v1/chat/completions', body: Buffer.from(JSON.stringify(body)) }).map(({ path }) => path);

describe('checkChat', () => {
  it('takes every role that the vendor has, and every field', () => {
    const messages = ['system', 'user', 'assistant', 'tool'].map((role) => ({ role, content: 'x' }));
    expect(pathsOf({ messages, top_k: 5, n: 2, reasoning_effort: 'high', prompt_token_ids: null })).toEqual([]);
  });

  it.each([
    [[{ role: 'user' }, { role: 'developer' }], [['messages', 1, 'role']]],
    [[{ role: 'function' }, {}, { role: 7 }], [0, 1, 2].map((index) => ['messages', index, 'role'])],
  ])('refuses a role of %j, which would fail the whole job', (messages, paths) => {
    expect(pathsOf({ messages })).toEqual(paths);
  });

  it.each([{}, { messages: null }, { messages: 'hi' }, { messages: [null, 'x'] }])(
    'leaves %j to the vendor',
    (body) => {
      expect(pathsOf(body)).toEqual([]);
    },
  );
});
