import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import {
  BatchesModule,
  BlobsModule,
  ENTITIES,
  ExecutionModule,
  MeshbatchModule,
  MetricsModule,
  PersistenceModule,
  QueueModule,
  AuthModule,
  FilesModule,
  IngestModule,
  ProvidersModule,
  QuotaModule,
  migrate,
  type MeshbatchOptions,
} from '../../../src';
import { SandboxAdapter } from '../../../src/providers/adapters/sandbox/sandbox.adapter';
import { hostGround, optionsOn, type HostGround } from '../../support/embedding/host';

describe('a host that embeds it wrongly is told so at its start, in one sentence', () => {
  let empty: HostGround;
  let ground: HostGround;
  const options = (more: Partial<MeshbatchOptions> = {}): MeshbatchOptions => ({
    ...optionsOn(ground),
    auth: {},
    ...more,
  });

  beforeAll(async () => {
    [empty, ground] = [await hostGround(), await hostGround()];
    await migrate(ground.dataSource);
  });
  afterAll(async () => {
    await ground?.close();
    await empty?.close();
  });

  it('no DataSource', async () => {
    await expectSentence(
      MeshbatchModule.forRoot(options({ persistence: {} })),
      'Meshbatch has no database: give MeshbatchModule the option persistence with a dataSource',
    );
  });

  it('a DataSource that is not open', async () => {
    const dataSource = new DataSource({ type: 'postgres' });
    await expectSentence(
      MeshbatchModule.forRoot(options({ persistence: { dataSource } })),
      'await its initialize() before the application starts',
    );
  });

  it('a DataSource on another engine', async () => {
    const dataSource = new DataSource({ type: 'mongodb', driver: {} });
    await expectSentence(
      MeshbatchModule.forRoot(options({ persistence: { dataSource } })),
      'Meshbatch needs Postgres, and its DataSource is of the type mongodb: give it a second one on Postgres',
    );
  });

  it('no migrations', async () => {
    await expectSentence(
      MeshbatchModule.forRoot(options({ persistence: { dataSource: empty.dataSource } })),
      'run migrate(dataSource) from the package meshbatch',
    );
  });

  it('migrations in another place', async () => {
    await expectSentence(
      MeshbatchModule.forRoot(options({ persistence: { dataSource: ground.dataSource, tablePrefix: 'other_' } })),
      'run migrate(dataSource) from the package meshbatch',
    );
  });

  it('a schema that does not exist', async () => {
    await expect(migrate(ground.dataSource, { schema: 'nowhere' })).rejects.toThrow('schema "nowhere" does not exist');
  });

  it('a name that no table could have', async () => {
    await expect(migrate(ground.dataSource, { tablePrefix: 'drop"' })).rejects.toThrow('set persistence.tablePrefix');
  });

  it('two adapters of one id', async () => {
    const sandbox = new SandboxAdapter({} as never, {} as never);
    await expectSentence(
      MeshbatchModule.forRoot(options({ providers: { sandbox: true, adapters: [sandbox] } })),
      'Two entries claim the provider adapter id "sandbox": remove one of them from providers.adapters',
    );
  });

  it('two roots', async () => {
    @Module({ imports: [MeshbatchModule.forRoot(options()), MeshbatchModule.forRoot(options())] })
    class TwoRoots {}
    await expectSentence(TwoRoots, 'MeshbatchModule.forRoot was called more than once in this application');
  });

  it('a worker whose queue does not work', async () => {
    const { batches, rest } = await composeByHand({ work: false });
    const execution = ExecutionModule.forRoot({ imports: [batches, ...rest] });
    await expectSentence(
      execution,
      'give QueueModule.forRoot work: true as well, or ExecutionModule.forRoot work: false',
    );
  });

  it('a worker without a queue', () => {
    expect(() => ExecutionModule.forRoot({ imports: [] })).toThrow('ExecutionModule needs PersistenceModule');
    const persistence = PersistenceModule.forRoot({ dataSource: ground.dataSource, entities: ENTITIES });
    expect(() => ExecutionModule.forRoot({ imports: [persistence] })).toThrow(
      'ExecutionModule needs QueueModule: make it once with QueueModule.forRoot and give it to ExecutionModule.forRoot({ imports: [...] })',
    );
  });

  /** Every module by hand, as the guide shows it. */
  function composeByHand(queueOptions: { work: boolean }): Promise<{ batches: DynamicModule; rest: DynamicModule[] }> {
    const persistence = PersistenceModule.forRoot({ dataSource: ground.dataSource, entities: ENTITIES });
    const metrics = MetricsModule.forRoot({});
    const queue = QueueModule.forRoot({ ...queueOptions, imports: [metrics, persistence] });
    const blobs = BlobsModule.forRoot({ store: { folder: ground.folder } });
    const auth = AuthModule.forRoot({ imports: [metrics, persistence] });
    const quota = QuotaModule.forRoot({ imports: [persistence] });
    const providers = ProvidersModule.forRoot({ imports: [metrics, persistence, blobs, auth] });
    const files = FilesModule.forRoot({ imports: [persistence, blobs, auth] });
    const ingest = IngestModule.forRoot({ imports: [metrics, providers, blobs] });
    const batches = BatchesModule.forRoot({
      imports: [metrics, persistence, queue, auth, quota, providers, files, ingest],
    });
    return Promise.resolve({ batches, rest: [metrics, persistence, queue, blobs, providers, files] });
  }
});

async function expectSentence(module: Type | DynamicModule, part: string): Promise<void> {
  const start = async () => {
    const app = await NestFactory.create(module, { logger: false, abortOnError: false });
    try {
      await app.init();
    } finally {
      await app.close();
    }
  };
  const error = await start().then(
    () => null,
    (thrown: Error) => thrown,
  );
  expect(error?.message).toContain(part);
  expect(error?.message.split('\n')).toHaveLength(1);
}
