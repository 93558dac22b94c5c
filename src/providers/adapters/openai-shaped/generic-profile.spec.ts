import { capabilitiesOf } from './profile';
import { genericProfile } from './generic-profile';

const SMALLEST = {
  id: 'my-server',
  baseUrl: 'https://batch.example.com/openai/v1/',
  endpoints: { '/v1/chat/completions': {} },
  limits: { maxItems: 100, maxBytes: 1000 },
};
const wrong = (more: object) => () => genericProfile({ ...SMALLEST, ...more });

describe('genericProfile', () => {
  it('fills in OpenAI’s own shape', () => {
    const profile = genericProfile(SMALLEST);
    expect(profile).toMatchObject({
      id: 'my-server',
      baseUrl: 'https://batch.example.com/openai/v1',
      unverified: true,
      auth: { header: 'authorization', scheme: 'Bearer' },
      endpoints: { '/v1/chat/completions': { create: '/v1/chat/completions', line: '/v1/chat/completions' } },
      upload: { path: '/files', purpose: 'batch', envelope: null, awaitProcessed: false },
      create: { metadata: true, envelope: null },
      paging: 'after',
      lineBase: null,
    });
    expect(capabilitiesOf(profile)).toEqual({
      endpoints: ['/v1/chat/completions'],
      extraWindows: [],
      maxItems: 100,
      maxBytes: 1000,
      maxLineBytes: 1000,
      minItems: 1,
      pollIntervalMs: 60_000,
      recovery: 'lookup',
      cancel: 'stops',
      notFoundGraceMs: 120_000,
    });
  });

  it('takes every difference, as JSON has it', () => {
    const all = {
      ...SMALLEST,
      auth: { header: 'X-Key' },
      endpoints: { '/v1/chat/completions': { line: '/v4/chat' }, '/v1/embeddings': { create: '/embed' } },
      windows: ['48h', '7d'],
      upload: { path: '/files/upload', purpose: 'batch-api', nameField: 'file_name', expiresAfterSeconds: 3600 },
      create: { metadata: false, envelope: 'job' },
      paging: 'cursor',
      statusWords: { In_Queue: 'validating' },
      refusedFields: ['seed'],
      lineBase: 0,
    };
    expect(genericProfile(JSON.parse(JSON.stringify(all)))).toMatchObject({
      auth: { header: 'x-key', scheme: null },
      endpoints: {
        '/v1/chat/completions': { create: '/v1/chat/completions', line: '/v4/chat' },
        '/v1/embeddings': { create: '/embed', line: '/v1/embeddings' },
      },
      limits: { extraWindows: ['48h', '7d'] },
      upload: { ...all.upload, awaitProcessed: false },
      create: all.create,
      paging: 'cursor',
      statusWords: { in_queue: 'validating' },
      refusedFields: ['seed'],
      lineBase: 0,
    });
  });

  it.each([
    ['an id in capitals', { id: 'OpenAI' }],
    ['an id with a slash', { id: 'a/b' }],
    ['no URL', { baseUrl: 'batch.example.com' }],
    ['another protocol', { baseUrl: 'file:///etc' }],
    ['a key in the URL', { baseUrl: 'https://key@batch.example.com' }],
    ['a query in the URL', { baseUrl: 'https://batch.example.com/v1?a=b' }],
    ['no endpoint', { endpoints: {} }],
    ['an endpoint that we do not know', { endpoints: { '/v1/images': {} } }],
    ['a limit of nothing', { limits: { maxItems: 0, maxBytes: 1 } }],
    ['a header that breaks out', { auth: { header: 'a: b\r\nc' } }],
    ['a path that climbs', { upload: { path: '/../files' } }],
    ['a window in words', { windows: ['soon'] }],
    ['a state that we do not know', { statusWords: { done: 'finished' } }],
    ['lines that begin at two', { lineBase: 2 }],
    ['a misspelled field', { pollInterval: 5 }],
  ])('refuses %s', (_, more) => {
    expect(wrong(more)).toThrow(expect.objectContaining({ name: 'ZodError' }));
  });
});
