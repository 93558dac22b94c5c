import { gzipSync } from 'node:zlib';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const FIVE_MB = `{"name":"${'a'.repeat(5 * 1024 * 1024)}"}`;
const register = (email, more = {}) => JSON.stringify({ email, name: 'Ada', password: 'correct horse', ...more });
const credentials = { email: 'ada@example.com', password: 'correct horse' };

const get = (path, headers) => ({ path, headers });
const post = (path, body, headers = JSON_TYPE, more = {}) => ({
  method: 'POST',
  path,
  body,
  headers: { 'Content-Length': Buffer.byteLength(body), ...headers },
  ...more,
});
const chunked = (path, body, more) => ({ method: 'POST', path, body, headers: JSON_TYPE, ...more });
const CUSTOMERS = '/api/v1/customers';

/** The first two requests to a process: they make the customer as whom the others are logged in. */
export const LOGIN = [
  post(CUSTOMERS, register(credentials.email)),
  post('/api/v1/sessions', JSON.stringify(credentials), JSON_TYPE, { secret: true }),
];

const UNKNOWN_PATHS = [
  ...['/', '/api', '/api/', '/api/v1/nope', '/favicon.ico', '/docs', '/openapi.json', '/health/live', '/api/health'],
  ...[
    '/v1/batches',
    '/v1/models',
    '/llm/v1/batches',
    '/api/v1/batches',
    '/api/v1/llm/v1/batches',
    '/api/llmx/v1/batches',
  ],
];

/** Requests to the platform's own routes and to routes of nobody, in groups; each a check of its own. */
export const GROUPS = {
  successes: (login) => [
    get(`${CUSTOMERS}/me`, login),
    get(`${CUSTOMERS}?limit=2`, login),
    get(`${CUSTOMERS}/1`, { ...login, 'X-Request-Id': 'req_mine', 'X-Mesh-Version': '1999-01' }),
    get(`${CUSTOMERS}/1`, { ...login, 'If-None-Match': '*' }),
    chunked(CUSTOMERS, register('chunked@example.com')),
    post(CUSTOMERS, gzipSync(register('gzip@example.com')), { ...JSON_TYPE, 'Content-Encoding': 'gzip' }),
    post(CUSTOMERS, 'email=form%40example.com&name=Ada&password=correct+horse', {
      'Content-Type': 'application/x-www-form-urlencoded',
    }),
    post(CUSTOMERS, register('expect@example.com'), { ...JSON_TYPE, Expect: '100-continue' }),
  ],
  'validation errors and refusals': (login) => [
    post(CUSTOMERS, '{"name":"Ada"}'),
    post(CUSTOMERS, register('more@example.com', { admin: true })),
    post(CUSTOMERS, register('not an address', { name: 5 })),
    post(CUSTOMERS, '[]'),
    post(CUSTOMERS, register(credentials.email)),
    post('/api/v1/sessions', JSON.stringify({ ...credentials, password: 'wrong' })),
    get(CUSTOMERS),
    get(CUSTOMERS, { Authorization: 'Bearer a.b' }),
    get(`${CUSTOMERS}?limit=abc`, login),
    get(`${CUSTOMERS}?unknown=1`, login),
    get(`${CUSTOMERS}/abc`, login),
    get(`${CUSTOMERS}/%E0%A4%A`, login),
    post(CUSTOMERS, register('odd@example.com'), { ...JSON_TYPE, Expect: 'something else' }),
  ],
  '404s': (login) => [
    get(`${CUSTOMERS}/999`, login),
    ...UNKNOWN_PATHS.map((path) => get(path, login)),
    ...UNKNOWN_PATHS.map((path) => post(path, '{}')),
    ...['PUT', 'DELETE', 'PATCH'].map((method) => ({ ...post(`${CUSTOMERS}/1`, '{}'), method })),
  ],
  'malformed bodies': () => [
    ...[CUSTOMERS, '/v1/batches', '/api/llmx/v1/batches', '/api/v1/nope'].map((path) => post(path, '{"email":')),
    post(CUSTOMERS, ''),
    post(CUSTOMERS, register('text@example.com'), { 'Content-Type': 'text/plain' }),
    post(CUSTOMERS, register('none@example.com'), {}),
    post(CUSTOMERS, '<a/>', { 'Content-Type': 'application/xml' }),
    post(CUSTOMERS, register('charset@example.com'), { 'Content-Type': 'application/json; charset=nope' }),
    post(CUSTOMERS, 'not gzip', { ...JSON_TYPE, 'Content-Encoding': 'gzip' }),
    post(CUSTOMERS, '{"__proto__":{"admin":true}}'),
  ],
  'oversized bodies': () => [
    post(CUSTOMERS, FIVE_MB, JSON_TYPE, { refused: true, status: 413 }),
    chunked(CUSTOMERS, FIVE_MB, { refused: true, status: 413 }),
    post(CUSTOMERS, `{"name":"${'a'.repeat(200 * 1024)}"}`),
    ...['/v1/batches', '/api/llmx/v1/batches'].map((path) => post(path, FIVE_MB, JSON_TYPE, { refused: true })),
  ],
  'HEAD and OPTIONS': (login) => [
    ...[`${CUSTOMERS}/me`, '/api/v1/nope', '/v1/batches'].flatMap((path) => [
      { method: 'HEAD', path, headers: login },
      { method: 'OPTIONS', path, headers: login },
    ]),
    { method: 'OPTIONS', path: CUSTOMERS, headers: { Origin: 'http://a.b', 'Access-Control-Request-Method': 'POST' } },
  ],
};
