import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { WorkerModule } from './app.module.js';
import { endInOrder } from './end-in-order.js';
import { readSettings } from './settings.js';

async function main(): Promise<void> {
  const worker = await WorkerModule.forRoot(readSettings(process.env));
  const app = await NestFactory.createApplicationContext(worker, { logger: ['error', 'warn'] });
  endInOrder(app);
  console.log('The acme platform works on batches');
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
