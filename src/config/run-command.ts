import { NestFactory } from '@nestjs/core';
import { pino } from 'pino';
import type { OperatorRows, SentCommand } from '../admin/operator-command';
import { runOperatorCommand } from '../admin/operator-commands';
import { AppModule } from '../app.module';
import type { Env } from './env';
import { createPino } from './logging';
import { openDatabase } from './open-database';
import { PinoLogger } from './pino-logger';

const STDERR = 2;

/**
 * Carries out an operator's command in an application of its own on the database, with the services of an API process: nothing
 * of the background runs, and a server that others use is never migrated.
 */
export async function runCommand(settings: Env, command: SentCommand): Promise<OperatorRows> {
  const env: Env = { ...settings, ROLE: 'api' };
  const database = await openDatabase(env);
  try {
    const module = AppModule.forRoot(env, database.options);
    const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
    // What it does is told beside its rows, not among them.
    app.useLogger(new PinoLogger(createPino(env, pino.destination({ dest: STDERR, sync: true }))));
    try {
      return await runOperatorCommand(app, command);
    } finally {
      await app.close();
    }
  } finally {
    await database.close();
  }
}
