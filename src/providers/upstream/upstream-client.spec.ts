import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ProviderCallError, type CallFailure } from '../contract/errors';
import { runInTransactionContext } from '../../persistence/transaction-context';
import { UpstreamClient } from './upstream-client';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

describe('UpstreamClient', () => {
  const servers: Server[] = [];
  const patience = () => new AbortController().signal;

  async function serve(handler: Handler): Promise<{ client: UpstreamClient; url: string; server: Server }> {
    const server = createServer(handler);
    servers.push(server);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const headers = { authorization: 'Bearer sk-very-secret-key' };
    return { client: new UpstreamClient({ provider: 'acme', baseUrl: `${url}/v1`, headers }), url, server };
  }

  afterEach(async () => {
    for (const server of servers.splice(0)) {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    }
  });

  const fails = (call: Promise<unknown>) =>
    call.then(
      () => Promise.reject(new Error('The call succeeded')),
      (error: unknown) => {
        expect(error).toBeInstanceOf(ProviderCallError);
        expect(String(error)).not.toContain('very-secret');
        return error as ProviderCallError;
      },
    );

  it('sends the credentials and its name, and parses the answer', async () => {
    let seen: IncomingMessage | undefined;
    const { client } = await serve((request, response) => {
      seen = request;
      request.resume().on('end', () => response.end('{"ok":1}'));
    });
    expect(await client.postJson('/batches', { a: 1 }, patience())).toEqual({ ok: 1 });
    expect(seen).toMatchObject({ method: 'POST', url: '/v1/batches' });
    expect(seen?.headers).toMatchObject({ authorization: 'Bearer sk-very-secret-key', 'user-agent': 'meshbatch' });
  });

  it.each<[number, CallFailure]>([
    [301, 'ambiguous'],
    [400, 'rejected'],
    [401, 'unauthorized'],
    [402, 'unauthorized'],
    [403, 'unauthorized'],
    [404, 'not_found'],
    [408, 'ambiguous'],
    [409, 'rejected'],
    [413, 'rejected'],
    [422, 'rejected'],
    [429, 'throttled'],
    [500, 'ambiguous'],
    [502, 'ambiguous'],
    [503, 'ambiguous'],
    [529, 'ambiguous'],
  ])('takes %d for %s', async (status, failure) => {
    const body = JSON.stringify({ error: { code: null, type: 'some_type', message: 'Why, sk-very-secret-key' } });
    const { client } = await serve((_, response) => response.writeHead(status).end(body));
    const error = await fails(client.getJson('/x', patience()));
    expect(error).toMatchObject({ provider: 'acme', failure, message: 'Why, [key]' });
    expect(error.details).toEqual({ status, code: 'some_type' });
    expect(error.certainlyNotDone).toBe(failure !== 'ambiguous');
  });

  it('says nothing of the key, however the provider does', async () => {
    const key = 'very-secret 0123';
    const { url } = await serve((_, response) => response.writeHead(400).end('{}'));
    const client = new UpstreamClient({
      provider: 'acme',
      baseUrl: url,
      headers: { authorization: `Token ${key}` },
      readRefusal: () => ({
        code: `code_${key}`,
        message: `The key ${key} of Token ${key}`,
        reasons: [{ code: key, message: `Not ${key}`, line: 3 }],
      }),
    });
    const error = await fails(client.getJson('/x', patience()));
    expect(error.message).toBe('The key [key] of [key]');
    expect(error.details).toEqual({
      status: 400,
      code: 'code_[key]',
      reasons: [{ code: '[key]', message: 'Not [key]', line: 3 }],
    });
  });

  it('cuts what a provider says at length', async () => {
    const body = JSON.stringify({ error: { message: 'x'.repeat(100_000) } });
    const { client } = await serve((_, response) => response.writeHead(400).end(body));
    expect((await fails(client.getJson('/x', patience()))).message).toHaveLength(2000);
  });

  it.each(['http://[', 'https://:0:0/', 'ftp://127.0.0.1/x'])(
    'fails where a download leads to %j',
    async (location) => {
      const { client } = await serve((_, response) => response.writeHead(302, { location }).end());
      expect((await fails(client.downloadRedirected('/x', patience()).next())).failure).toBe('rejected');
    },
  );

  it('follows a redirect that is relative to where the download is', async () => {
    const { client } = await serve((request, response) => {
      if (request.url === '/v1/files/content') response.writeHead(302, { location: 'stored' }).end();
      else response.end(request.url);
    });
    const { value } = await client.downloadRedirected('/files/content', patience()).next();
    expect(String(value)).toBe('/v1/files/stored');
  });

  it('tells how long to wait, and copes with a body that is not JSON', async () => {
    const { client } = await serve((_, response) => response.writeHead(429, { 'retry-after': '7' }).end('<html>'));
    const error = await fails(client.getJson('/x', patience()));
    expect(error.details).toEqual({ status: 429, retryAfterMs: 7000 });
    expect(error.message).toBe('The provider answered 429');
  });

  it.each(['soon', '-1', ''])('makes nothing of Retry-After: %j', async (value) => {
    const { client } = await serve((_, response) => response.writeHead(429, { 'retry-after': value }).end());
    expect((await fails(client.getJson('/x', patience()))).details).toEqual({ status: 429 });
  });

  it.each([301, 302, 307, 308])('never follows a %d with the key', async (status) => {
    const asked: string[] = [];
    const other = await serve((request, response) => {
      asked.push(request.url ?? '');
      response.end('{}');
    });
    const { client } = await serve((_, response) => response.writeHead(status, { location: `${other.url}/x` }).end());
    expect((await fails(client.getJson('/x', patience()))).failure).toBe('ambiguous');
    await fails(client.download('/x', patience()).next());
    await fails(client.postJson('/x', {}, patience()));
    expect(asked).toEqual([]);
  });

  it.each<[string, Handler]>([
    ['JSON that ends early', (_, response) => response.end('{"id":"x"')],
    ['no JSON', (_, response) => response.end('<html></html>')],
    ['nothing', (_, response) => response.end()],
    [
      'an answer shorter than announced',
      (_, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('{"id":', () => response.destroy());
      },
    ],
    ['a reset', (request) => request.socket.resetAndDestroy()],
    ['an end without an answer', (request) => request.socket.end()],
  ])('takes %s for ambiguous', async (_, handler) => {
    const { client } = await serve(handler);
    const error = await fails(client.postJson('/x', {}, patience()));
    expect([error.failure, error.certainlyNotDone]).toEqual(['ambiguous', false]);
  });

  it('gives up on an answer that does not end', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 0x20);
    let sent = 0;
    const { client } = await serve((_, response) => {
      const more = () => {
        while (!response.destroyed && sent < 64) {
          sent++;
          if (!response.write(chunk)) return void response.once('drain', more);
        }
      };
      more();
    });
    const error = await fails(client.getJson('/x', patience()));
    expect(error.message).toContain('too long');
    expect(sent).toBeLessThan(64);
  });

  it('takes a refused connection for unreachable: certainly not done', async () => {
    const { client, server } = await serve(() => undefined);
    await new Promise((closed) => server.close(closed));
    servers.length = 0;
    const error = await fails(client.postJson('/x', {}, patience()));
    expect([error.failure, error.certainlyNotDone]).toEqual(['unreachable', true]);
  });

  it('ends with the signal, before and while the answer comes', async () => {
    for (const answers of [false, true]) {
      const stop = new AbortController();
      const { client } = await serve((_, response) => {
        if (answers) response.write('{"a":');
        setImmediate(() => stop.abort());
      });
      expect((await fails(client.postJson('/x', {}, stop.signal))).failure).toBe('ambiguous');
    }
  });

  it('streams a download, and fails when it ends before its announced length', async () => {
    let cut = false;
    const { client } = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 6 });
      if (cut) response.write('abc', () => response.destroy());
      else response.end('abcdef');
    });
    const read = async () => {
      let text = '';
      for await (const chunk of client.download('/x', patience())) text += String(chunk);
      return text;
    };
    expect(await read()).toBe('abcdef');
    cut = true;
    await expect(read()).rejects.toThrow();
  });

  it('gives up on a provider that keeps silent', async () => {
    const { url } = await serve(() => undefined);
    const client = new UpstreamClient({ provider: 'acme', baseUrl: url, headers: {}, timeoutMs: 20 });
    const call = { method: 'POST', path: '/x', signal: patience() } as const;
    for (const takesLong of [false, true])
      expect((await fails(client.json({ ...call, takesLong }))).failure).toBe('ambiguous');
  });

  it('refuses to call from inside a transaction', async () => {
    const { client } = await serve((_, response) => response.end('{}'));
    const call = runInTransactionContext(() => client.getJson('/x', patience()));
    await expect(call).rejects.toThrow('inside a transaction');
  });
});
