import 'reflect-metadata';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { endInOrder } from './end-in-order.js';
import { setUp } from './set-up.js';
import { readSettings } from './settings.js';

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const adapter = settings.platform === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
  const logger = ['error' as const, 'warn' as const];
  const app: INestApplication = await NestFactory.create(await AppModule.forRoot(settings), adapter, {
    logger,
  });
  setUp(app);
  await app.listen(settings.port, '127.0.0.1');
  endInOrder(app);
  console.log(`The acme platform listens on ${await app.getUrl()}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
