import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module';
import { BOOT_LOG } from './boot-log';
import type { OpenDatabase } from './open-database';
import type { Env } from './env';
import { createPino } from './logging';
import { PinoLogger } from './pino-logger';
import type { Running } from './run-process';

/** The background work alone, without HTTP. */
export async function startWorker(env: Env, database: OpenDatabase): Promise<Running> {
  const app = await NestFactory.createApplicationContext(AppModule.forRoot(env, database.options), {
    logger: BOOT_LOG,
  });
  app.useLogger(new PinoLogger(createPino(env)));
  return app;
}
