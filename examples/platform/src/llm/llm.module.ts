import { join } from 'node:path';
import { Module, type DynamicModule } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import { MeshbatchModule } from 'meshbatch';
import type { DataSource } from 'typeorm';
import { CustomersModule } from '../customers/customers.module.js';
import type { Settings } from '../settings.js';
import { BatchLogController } from './batch-log.controller.js';
import { BatchLog } from './batch-log.service.js';
import { BATCHES, batchesDatabase, TABLES } from './batches-database.js';
import { CustomerOwnerResolver } from './customer-owner-resolver.js';

/** All that the platform has of Meshbatch. */
@Module({})
export class LlmModule {
  /** `http: false` is a process that works and has no route. */
  static forRoot(settings: Settings, { http }: { http: boolean }): DynamicModule {
    return {
      module: LlmModule,
      imports: [batchesDatabase(settings.databaseUrl), meshbatch(settings, http)],
      controllers: http ? [BatchLogController] : [],
      providers: [BatchLog],
    };
  }
}

function meshbatch({ dataFolder, work }: Settings, http: boolean): DynamicModule {
  return MeshbatchModule.forRootAsync({
    imports: [CustomersModule],
    inject: [getDataSourceToken(BATCHES)],
    useFactory: (dataSource: DataSource) => ({
      persistence: { dataSource, ...TABLES },
      blobs: { store: { folder: join(dataFolder, 'blobs') } },
      auth: { ownerResolver: CustomerOwnerResolver },
      quota: { batchLimitPerOwner: 3 },
      providers: { credentials: {}, sandbox: true, adapters: [] },
      ingest: {},
      batches: {},
      execution: { scratchFolder: join(dataFolder, 'scratch') },
      work,
    }),
    routePrefix: 'llm',
    http,
  });
}
