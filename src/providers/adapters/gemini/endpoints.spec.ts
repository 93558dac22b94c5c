import type { Attempt, Endpoint } from '../../contract/adapter';
import { Endpoints } from './endpoints';

const attempt = (model: string, endpoint: Endpoint = '/v1/chat/completions') => ({ model, endpoint }) as Attempt;

describe('Endpoints', () => {
  it.each([
    ['https://generativelanguage.googleapis.com/v1beta', 'https://generativelanguage.googleapis.com', '/v1beta'],
    ['http://127.0.0.1:99/proxy/gemini/v1', 'http://127.0.0.1:99/proxy/gemini', '/v1'],
    ['https://proxy.example', 'https://proxy.example', ''],
  ])('begins below %s at %s', (base, root, version) => {
    const endpoints = new Endpoints(base);
    expect(endpoints.root).toBe(root);
    expect([endpoints.upload, endpoints.download('f1'), endpoints.batch('b1'), endpoints.file('f1')]).toEqual([
      `/upload${version}/files`,
      `/download${version}/files/f1:download?alt=media`,
      `${version}/batches/b1`,
      `${version}/files/f1`,
    ]);
  });

  it.each([
    ['gemini-2.5-flash', '/v1beta/models/gemini-2.5-flash:batchGenerateContent'],
    ['models/gemini-x', '/v1beta/models/gemini-x:batchGenerateContent'],
    ['tunedModels/own-1', '/v1beta/tunedModels/own-1:batchGenerateContent'],
    ['../a?b#c', '/v1beta/models/..%2Fa%3Fb%23c:batchGenerateContent'],
  ])('creates for the model %s at %s', (model, path) => {
    expect(new Endpoints('https://x/v1beta').create(attempt(model))).toBe(path);
  });

  it('creates embeddings elsewhere, and lists in pages', () => {
    const endpoints = new Endpoints('https://x/v1beta');
    expect(endpoints.create(attempt('e', '/v1/embeddings'))).toBe('/v1beta/models/e:asyncBatchEmbedContent');
    expect(endpoints.list('files', 7, null)).toBe('/v1beta/files?pageSize=7');
    expect(endpoints.list('batches', 7, 'a&b')).toBe('/v1beta/batches?pageSize=7&pageToken=a%26b');
  });
});
