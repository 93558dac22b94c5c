import { request } from 'node:http';
import { Injectable, Module, VersioningType, type CanActivate, type INestApplication } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { embedOn, hostGround, urlOf, type HostGround } from '../../support/embedding/host';
import { chatItems } from '../../support/service/api-client';

const HEADERS = { 'content-type': 'application/json', 'x-account': 'ada' };
const LARGE = JSON.stringify({ requests: chatItems(['x'.repeat(2_000_000)], 'sandbox/echo') });
const PATH = '/llm/v1/batches';

/** Turns away whoever says so, on every route of the host's. */
@Injectable()
class Doorkeeper implements CanActivate {
  canActivate(context: { switchToHttp(): { getRequest(): { headers: Record<string, unknown> } } }): boolean {
    return context.switchToHttp().getRequest().headers['x-banned'] === undefined;
  }
}

describe('a host with habits of its own', () => {
  let ground: HostGround;
  const apps: INestApplication[] = [];
  beforeAll(async () => (ground = await hostGround()));
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });
  afterAll(() => ground?.close());

  async function make(platform: 'express' | 'fastify', setUp: (app: INestApplication) => void = () => undefined) {
    const meshbatch = await embedOn(ground, { work: false, quota: { batchLimitPerOwner: 100 } });
    @Module({ imports: [meshbatch], providers: [{ provide: APP_GUARD, useClass: Doorkeeper }] })
    class HostModule {}
    const testing = await Test.createTestingModule({ imports: [HostModule] }).compile();
    const app =
      platform === 'fastify'
        ? testing.createNestApplication<NestFastifyApplication>(new FastifyAdapter())
        : testing.createNestApplication();
    setUp(app);
    await app.init();
    apps.push(app);
    return app;
  }
  const listen = async (app: INestApplication) => (await app.listen(0, '127.0.0.1'), urlOf(app));
  const post = (url: string, headers: Record<string, string> = {}) =>
    fetch(url, { method: 'POST', headers: { ...HEADERS, ...headers }, body: LARGE });

  it('is made by the testing module of Nest, with the parsers that come with it', async () => {
    expect((await post(`${await listen(await make('express'))}${PATH}`)).status).toBe(200);
  });

  it('is asked without a server, on Fastify', async () => {
    const app = (await make('fastify')) as NestFastifyApplication;
    const answer = await app.inject({ method: 'POST', url: PATH, headers: HEADERS, payload: LARGE });
    expect([answer.statusCode, answer.json<{ status: string }>().status]).toEqual([200, 'validating']);
  });

  it.each(['express', 'fastify'] as const)('has CORS on %s', async (platform) => {
    const url = await listen(await make(platform, (app) => app.enableCors({ origin: 'https://app.example' })));
    const created = await post(`${url}${PATH}`, { origin: 'https://app.example' });
    const refused = await fetch(`${url}${PATH}?limit=0`, { headers: { ...HEADERS, origin: 'https://app.example' } });
    const found = await fetch(`${url}${PATH}/${((await created.json()) as { id: string }).id}`, { headers: HEADERS });
    expect([created.status, refused.status, found.status]).toEqual([200, 422, 200]);
    for (const answer of [created, refused, found]) {
      expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example');
    }
  });

  it('keeps some routes out of its prefix, and versions its own', async () => {
    const app = await make('express', (host) => {
      host.setGlobalPrefix('api', { exclude: ['llm/v1/batches'] });
      host.enableVersioning({ type: VersioningType.URI, defaultVersion: '7' });
    });
    const url = await listen(app);
    expect((await post(`${url}${PATH}`)).status).toBe(200);
    expect((await fetch(`${url}/api/llm/v1/models`, { headers: HEADERS })).status).toBe(200);
  });

  it('is reached by other spellings of the path', async () => {
    const url = await listen(await make('express'));
    expect((await post(`${url}/LLM/v1/Batches/?a=1`)).status).toBe(200);
    const { port } = new URL(url);
    const whole = await new Promise<number | undefined>((resolve, reject) => {
      const call = request({ port, host: '127.0.0.1', method: 'POST', path: `${url}${PATH}?a=1`, headers: HEADERS });
      call.on('response', (answer) => (answer.resume(), resolve(answer.statusCode))).on('error', reject);
      call.end(LARGE);
    });
    expect(whole).toBe(200);
  });

  it.each(['express', 'fastify'] as const)(
    'has a guard of its own on %s, whose refusal is told in our shape',
    async (platform) => {
      const url = await listen(await make(platform));
      const refused = await post(`${url}${PATH}`, { 'x-banned': 'yes' });
      expect(refused.status).toBe(403);
      expect(await refused.json()).toMatchObject({
        error: { code: 'forbidden' },
        request_id: expect.any(String) as string,
      });
      expect((await post(`${url}${PATH}`)).status).toBe(200);
    },
  );
});
