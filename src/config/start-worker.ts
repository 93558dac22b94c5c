import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module';
import { Metrics } from '../metrics/metrics';
import { BOOT_LOG } from './boot-log';
import type { OpenDatabase } from './open-database';
import type { Env } from './env';
import { createPino } from './logging';
import { serveMetrics } from './metrics-server';
import { PinoLogger } from './pino-logger';
import { tellOfDatabase } from './process-metrics';
import type { Running } from './run-process';

/** The background work alone, without HTTP. */
export async function startWorker(env: Env, database: OpenDatabase): Promise<Running> {
  const app = await NestFactory.createApplicationContext(AppModule.forRoot(env, database.options), {
    logger: BOOT_LOG,
  });
  app.useLogger(new PinoLogger(createPino(env)));
  tellOfDatabase(app.get(Metrics), database.options);
  const metrics = await serveMetrics(env, app.get(Metrics));
  return {
    close: async () => {
      await app.close();
      await metrics?.close();
    },
  };
}
