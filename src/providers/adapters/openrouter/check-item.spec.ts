import fc from 'fast-check';
import type { Endpoint } from '../../contract/adapter';
import { checkItem } from './check-item';

const CHAT = '/v1/chat/completions';
const checkText = (endpoint: Endpoint, text: string) => checkItem({ endpoint, body: Buffer.from(text) });
const pathsOf = (endpoint: Endpoint, body: object | string) =>
  checkText(endpoint, typeof body === 'string' ? body : JSON.stringify(body)).map(({ path }) => path.join('.'));
const user = (...content: object[]) => ({ model: 'm', messages: [{ role: 'system', content: 'x' }, { content }] });
const text = { type: 'text', text: 'data: see below' };
const image = (url: unknown) => ({ type: 'image_url', image_url: { url } });

describe('checkItem', () => {
  it.each<[Endpoint, object | string]>([
    [CHAT, user(text, image('https://example.com/data:x'))],
    [CHAT, { messages: [{ role: 'user', content: 'data:image/png;base64,AA' }, null, 7] }],
    [CHAT, user(image(7), { type: 'image_url', image_url: null }, { type: 'file', file: { file_id: 'data' } })],
    [CHAT, { messages: 'data:', modalities: ['text'], audio: null, image_config: null }],
    [CHAT, { ...user(text), provider: { only: ['openai'] }, x: [{ image_url: { url: 'data:' } }] }],
    ['/v1/responses', { input: 'data:image/png;base64,AA', audio: {} }],
    ['/v1/responses', { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'https://x' }] }] }],
    ['/v1/embeddings', { input: ['data:image/png;base64,AA', 'é\u2028'], input_type: null }],
  ])('takes %s %j', (endpoint, body) => {
    expect(pathsOf(endpoint, body)).toEqual([]);
  });

  it.each<[Endpoint, object | string, string[]]>([
    [
      CHAT,
      user(text, image('data:image/png;base64,AA'), image('DATA:,x')),
      ['messages.1.content.1.image_url.url', 'messages.1.content.2.image_url.url'],
    ],
    [CHAT, user({ type: 'image_url', image_url: 'data:,x' }), ['messages.1.content.0.image_url']],
    [CHAT, user({ type: 'file', file: { file_data: 'data:,x' } }), ['messages.1.content.0.file.file_data']],
    [
      CHAT,
      '{"messages":[{"content":[{"image_url":{"url":"\\u0064ata:,x"}}]}]}',
      ['messages.0.content.0.image_url.url'],
    ],
    [CHAT, { messages: [], audio: {}, image_config: 1 }, ['audio', 'image_config']],
    [CHAT, { messages: [], modalities: ['text', 'audio'] }, ['modalities']],
    [CHAT, { messages: [], modalities: 'audio' }, ['modalities']],
    ['/v1/responses', { input: [{ content: [{ image_url: 'data:,x' }] }] }, ['input.0.content.0.image_url']],
    ['/v1/responses', { input: [{ output: [{ file_data: 'data:,x' }] }] }, ['input.0.output.0.file_data']],
    ['/v1/embeddings', { input: 'x', input_type: 'query', provider: {} }, ['input_type', 'provider']],
  ])('refuses in %s %j by its path', (endpoint, body, paths) => {
    expect(pathsOf(endpoint, body)).toEqual(paths);
  });

  it('takes any body apart that ingest may have taken', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom<Endpoint>(CHAT, '/v1/responses'), (value, endpoint) => {
        const body = JSON.stringify({ messages: value, input: [value, { content: [value], x: 'data:' }] });
        expect(checkText(endpoint, body)).toEqual([]);
      }),
    );
  });

  it('does not parse a body that cannot hold a data URI', () => {
    const parse = jest.spyOn(JSON, 'parse');
    expect(pathsOf(CHAT, user(image('https://example.com/x.png')))).toEqual([]);
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
  });
});
