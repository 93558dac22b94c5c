import 'reflect-metadata';
import { Module, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BatchesController } from '../naive/batches.controller';
import { NaiveBatch, NaiveRequest } from '../naive/rows.entities';
import { serveMethods } from '../support/served-methods';

const POOL_SIZE = 10;

serveMethods({
  /** Resolves to where it listens. */
  start: async (url: string) => {
    const database = TypeOrmModule.forRoot({
      ...{ type: 'postgres', url, poolSize: POOL_SIZE, installExtensions: false },
      ...{ entities: [NaiveBatch, NaiveRequest], synchronize: true },
    });
    class NaiveModule {}
    Module({ imports: [database], controllers: [BatchesController] })(NaiveModule);
    const app = await NestFactory.create<NestExpressApplication>(NaiveModule, { bodyParser: false, logger: ['error'] });
    app.useBodyParser('json', { limit: '1gb' });
    app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true }));
    await app.listen(0, '127.0.0.1');
    return app.getUrl();
  },
});
