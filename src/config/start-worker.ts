import { NestFactory } from '@nestjs/core';
import { Logger } from 'nestjs-pino';
import { AppModule } from '../app.module';
import { BOOT_LOG } from './boot-log';
import type { OpenDatabase } from './database';
import type { Env } from './env';
import type { Running } from './run-process';

/** The background work alone, without HTTP. */
export async function startWorker(env: Env, database: OpenDatabase): Promise<Running> {
  const app = await NestFactory.createApplicationContext(AppModule.forRoot(env, database.dataSource), {
    logger: BOOT_LOG,
  });
  app.useLogger(app.get(Logger));
  return app;
}
