import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { IsInt, IsString } from 'class-validator';
import { ManualClock } from '../../test/support/manual-clock';
import { JsonBodies } from './json-body';
import { MeshbatchError } from './meshbatch-error';

class PetDto {
  @IsString()
  name!: string;

  @IsInt()
  age: number = 3;
}

describe('JsonBodies', () => {
  let server: Server;
  let clock: ManualClock;
  let outcome: Promise<unknown>;

  beforeEach(async () => {
    clock = new ManualClock();
    server = createServer((request, response) => {
      outcome = new JsonBodies(clock).read(request, response, PetDto).catch((error: unknown) => error);
      void outcome.then(() => response.end());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const open = (headers: Record<string, string> = {}) => {
    const { port } = server.address() as AddressInfo;
    const sent = httpRequest({ port, method: 'POST', headers: { 'content-type': 'application/json', ...headers } });
    sent.on('error', () => undefined);
    return sent;
  };

  async function read(body: string | Buffer, headers?: Record<string, string>): Promise<unknown> {
    const sent = open(headers);
    sent.end(body);
    await once(sent, 'response');
    return outcome;
  }

  it('gives what the class declares, and nothing else', async () => {
    const pet = await read('{"name":"Rex","constructor":1,"__proto__":{"age":9},"toString":2}');
    expect(pet).toBeInstanceOf(PetDto);
    expect(Object.entries(pet as object).sort()).toEqual([
      ['age', 3],
      ['name', 'Rex'],
    ]);
  });

  it.each([
    ['{"name":1}', {}, 'validation_error'],
    ['{"name":"Rex"', {}, 'validation_error'],
    ['["Rex"]', {}, 'validation_error'],
    ['', {}, 'validation_error'],
    [Buffer.from([0x22, 0xff, 0x22]), {}, 'validation_error'],
    ['{}', { 'content-type': 'text/plain' }, 'unsupported_media_type'],
    ['{}', { 'content-encoding': 'gzip' }, 'unsupported_media_type'],
    ['x'.repeat(70_000), {}, 'payload_too_large'],
    ['x'.repeat(70_000), { 'transfer-encoding': 'chunked' }, 'payload_too_large'],
  ])('refuses what is none (%#)', async (body, headers, code) => {
    const refused = await read(body, headers);
    expect(refused).toBeInstanceOf(MeshbatchError);
    expect((refused as MeshbatchError).code).toBe(code);
  });

  it('gives up on a body that does not come to its end', async () => {
    const sent = open({ 'content-length': '100' });
    sent.write('{');
    await once(server, 'request');
    await clock.forward(30_000);
    expect(await outcome).toMatchObject({ code: 'request_timeout' });
  });
});
