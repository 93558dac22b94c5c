import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { SafeLogger } from '../common/safe-logger';
import type { RequestIds } from '../http/request-id';
import { createPino, requestLogging } from './logging';
import { PinoLogger } from './pino-logger';

const lines: Record<string, unknown>[] = [];
const pino = createPino({ LOG_LEVEL: 'trace' }, { write: (line) => lines.push(JSON.parse(line)) });
const ids = { of: () => 'req_1' } as unknown as RequestIds;

beforeAll(() => Logger.overrideLogger(new PinoLogger(pino)));
beforeEach(() => lines.splice(0));

describe('PinoLogger', () => {
  const nest = new Logger('Here');
  const { stack } = new Error('Lost');

  it.each([
    ['verbose', 10],
    ['debug', 20],
    ['log', 30],
    ['warn', 40],
    ['error', 50],
    ['fatal', 60],
  ] as const)('writes %s at level %d', (method, level) => {
    nest[method]('100%s told');
    expect(lines).toEqual([expect.objectContaining({ level, context: 'Here', msg: '100%s told' })]);
  });

  it('writes fields and their message as one line', () => {
    new SafeLogger('Here').error({ err: new RangeError('Lost'), request_id: 'req_1' }, 'A step failed');
    const err = { type: 'RangeError', message: 'Lost', stack: expect.stringContaining('pino-logger.spec.ts') };
    expect(lines).toEqual([
      expect.objectContaining({ context: 'Here', request_id: 'req_1', err, msg: 'A step failed' }),
    ]);
  });

  it.each<[string, () => void]>([
    ['an error', () => nest.error(new Error('Lost'))],
    ['an error and its stack', () => nest.error(new Error('Lost'), stack)],
    ['a text and a stack', () => nest.error('Lost', stack)],
    ['an error among fields', () => nest.error({ err: new Error('Lost') })],
  ])('takes %s', (_, write) => {
    write();
    const err = expect.objectContaining({
      type: 'Error',
      message: 'Lost',
      stack: expect.stringContaining('\n    at '),
    });
    expect(lines).toEqual([expect.objectContaining({ level: 50, context: 'Here', err, msg: 'Lost' })]);
  });

  it('takes a line without a context', () => {
    Logger.log('Told');
    Logger.error('Lost', stack);
    expect(lines).toEqual([
      expect.objectContaining({ msg: 'Told' }),
      expect.objectContaining({ msg: 'Lost', err: expect.anything() }),
    ]);
    for (const line of lines) expect(line).not.toHaveProperty('context');
  });

  it('never writes the values of a query or a key', () => {
    const err = Object.assign(new Error('Lost'), { parameters: ['secret'], detail: 'secret' });
    nest.error({ err, provider: { apiKey: 'secret' } }, 'A step failed');
    expect(JSON.stringify(lines)).not.toContain('secret');
  });
});

describe('requestLogging', () => {
  const handle = requestLogging(pino, ids);

  async function request(path: string, answer: (response: ServerResponse) => Promise<void>): Promise<void> {
    const server = createServer((request: IncomingMessage, response) =>
      handle(request, response, () => void answer(response)),
    );
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
    await (await fetch(url, { headers: { authorization: 'Bearer secret' } })).text();
    await new Promise((done) => server.close(done));
  }

  it('writes one line a request and names the request in the lines between', async () => {
    await request('/v1/batches?limit=1', async (response) => {
      await new Promise(setImmediate);
      new Logger('Here').log('Halfway');
      response.setHeader('x-secret', 'secret');
      response.writeHead(201).end();
    });
    new Logger('Here').log('Outside');
    const req = { id: 'req_1', method: 'GET', url: '/v1/batches?limit=1' };
    const completed = { res: { status: 201 }, responseTime: expect.any(Number), msg: 'request completed' };
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatchObject({ req, context: 'Here', msg: 'Halfway' });
    expect(lines.find(({ res }) => res)).toEqual(expect.objectContaining({ level: 30, req, ...completed }));
    expect(lines.find(({ msg }) => msg === 'Outside')).not.toHaveProperty('req');
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  it('keeps health checks quiet', async () => {
    await request('/health/ready', async (response) => void response.end());
    expect(lines).toEqual([]);
  });
});
