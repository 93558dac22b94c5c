import type { IncomingMessage, ServerResponse } from 'node:http';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { serveCommands } from '../admin/control-socket';
import { AppModule } from '../app.module';
import { ApiKeysService } from '../auth/api-keys.service';
import { SystemClock } from '../common/clock';
import type { OpenDatabase } from './open-database';
import type { Env } from './env';
import { makeFirstKey } from './first-key';
import { setUpServer } from './http-server';
import { serveMetrics } from './metrics-server';
import type { Running } from './run-process';
import { AnswerHeaders } from '../http/answer-headers';
import { ErrorFilter } from '../http/error.filter';
import { RequestIds } from '../http/request-id';
import { Metrics } from '../metrics/metrics';
import { setUpOpenApi } from '../openapi/openapi.setup';
import { BOOT_LOG } from './boot-log';
import { createPino, requestLogging } from './logging';
import { PinoLogger } from './pino-logger';
import { securityHeaders } from './security-headers';
import { tellOfClients, tellOfDatabase } from './process-metrics';

const GRACE_MS = 4_000;

/** The service: HTTP, and the background work unless ROLE is api. */
export async function startService(env: Env, database: OpenDatabase): Promise<Running> {
  // Our routes read the raw request: no parser runs before the key is checked.
  const options = { bodyParser: false, logger: BOOT_LOG };
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(env, database.options), options);
  app.disable('x-powered-by');
  if (env.TRUST_PROXY !== undefined) app.set('trust proxy', env.TRUST_PROXY);
  app.useGlobalFilters(app.get(ErrorFilter));
  app.use(securityHeaders());
  const headers = app.get(AnswerHeaders);
  app.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
    headers.set(request, response);
    next();
  });
  setUpOpenApi(app);
  // After the documentation, whose pages are not worth a line.
  const pino = createPino(env);
  app.use(requestLogging(pino, app.get(RequestIds)));
  setUpServer(app, env);
  await app.init();
  app.useLogger(new PinoLogger(pino));
  tellOfDatabase(app.get(Metrics), database.options);
  tellOfClients(app.get(Metrics), app.getHttpServer());
  const metrics = await serveMetrics(env, app.get(Metrics));
  await app.listen(env.PORT, env.HOST);
  const keys = app.get(ApiKeysService);
  const { embedded } = database.options;
  if (embedded) serveCommands(embedded.folder, app);
  await welcome(await addressOf(app), keys, env);
  return {
    close: async () => {
      await closeService(app);
      await metrics?.close();
    },
  };
}

/** Lets requests in hand finish, then cuts what is still open, such as a browser’s spare connection. */
async function closeService(app: NestExpressApplication): Promise<void> {
  const closed = app.close();
  const finished = new AbortController();
  void closed.finally(() => finished.abort());
  await new SystemClock().sleep(GRACE_MS, finished.signal);
  app.getHttpServer().closeAllConnections();
  await closed;
}

async function addressOf(app: NestExpressApplication): Promise<string> {
  return (await app.getUrl()).replace('[::1]', 'localhost').replace(/\/$/, '');
}

async function welcome(address: string, keys: ApiKeysService, env: Env): Promise<void> {
  const firstKey = await makeFirstKey(keys, env, address, process.stdout.isTTY);
  const lines = [
    `Meshbatch is at ${address}, its API documentation at ${address}/docs`,
    ...(firstKey === null ? [] : [firstKey]),
  ];
  process.stdout.write(`\n${lines.join('\n\n')}\n\n`);
}
