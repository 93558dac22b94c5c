import { Injectable, Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  AuthModule,
  BatchesModule,
  BlobsModule,
  BlobStore,
  ENTITIES,
  ExecutionModule,
  FilesModule,
  IngestModule,
  MeshbatchHealth,
  MetricsModule,
  migrate,
  PersistenceModule,
  ProvidersModule,
  QueueModule,
  QuotaModule,
} from '../../../src';
import { SystemClock } from '../../../src/common/clock';
import { SandboxAdapter } from '../../../src/providers/adapters/sandbox/sandbox.adapter';
import {
  AccountResolver,
  AccountsModule,
  embedOn,
  hostGround,
  optionsOn,
  startHost,
  urlOf,
  type HostGround,
} from '../../support/embedding/host';
import { HostClient } from '../../support/embedding/host-client';
import { DelegatingBlobStore } from '../../support/delegating-blob-store';
import { inFullTier } from '../../support/full-tier-case';

/** Where the host keeps blobs, and what it kept. */
@Injectable()
class Vault {
  readonly keys: string[] = [];
  folder = '';
}

@Module({})
class VaultModule {}

@Injectable()
class VaultBlobStore extends DelegatingBlobStore {
  constructor(private readonly vault: Vault) {
    super(vault.folder);
  }

  override write(key: string, data: AsyncIterable<Uint8Array>): Promise<number> {
    this.vault.keys.push(key);
    return super.write(key, data);
  }
}

/** A provider of the host's: as the sandbox, under another id and with a class that is made by injection. */
@Injectable()
class HouseAdapter extends SandboxAdapter {
  override readonly id = 'house' as never;

  constructor(store: BlobStore) {
    super(store, new SystemClock());
  }
}

describe('a host', () => {
  let ground: HostGround;
  beforeEach(async () => {
    ground = await hostGround();
    await migrate(ground.dataSource);
  });
  afterEach(() => ground.close());

  it('brings its own adapter and blob store as classes with dependencies', async () => {
    const vault = new Vault();
    vault.folder = ground.folder;
    const vaultModule = { module: VaultModule, providers: [{ provide: Vault, useValue: vault }], exports: [Vault] };
    const own = { blobs: { store: VaultBlobStore }, providers: { adapters: [HouseAdapter] } };
    const meshbatch = await embedOn(ground, own, [vaultModule]);
    const app = await startHost({ platform: 'express', meshbatch });
    try {
      const batch = await new HostClient(urlOf(app), 'ada').run(['one'], 'house/echo');
      expect([batch.status, batch.provider]).toEqual(['completed', 'house']);
      expect(vault.keys).toEqual(expect.arrayContaining([expect.stringContaining(`${batch.id}/input.jsonl`)]));
      const refused = await new HostClient(urlOf(app), 'ada').create(['one'], 'sandbox/echo');
      expect(refused.status).toBe(404);
    } finally {
      await app.close();
    }
  });

  inFullTier('takes requests in one application and works in another', async () => {
    const api = await startHost({ platform: 'fastify', meshbatch: await embedOn(ground, { work: false }) });
    const client = new HostClient(urlOf(api), 'ada');
    const created = await client.create(['one']);
    expect(created.status).toBe(200);
    const { id } = (await created.json()) as { id: string };
    const worker = await NestFactory.createApplicationContext(await embedOn(ground), { logger: false });
    try {
      expect((await client.run(['two'])).status).toBe('completed');
      expect((await client.waitFor(id)).status).toBe('completed');
      expect(await worker.get(MeshbatchHealth).check()).toEqual({ database: 'up', pausedProviders: [] });
    } finally {
      await worker.close();
      await api.close();
    }
  });

  it('composes the modules by hand, as the guide shows it', async () => {
    @Module({ imports: byHand(ground) })
    class ByHand {}
    const app = await startHost({ platform: 'express', meshbatch: { module: ByHand } });
    try {
      const client = new HostClient(urlOf(app), 'ada', '/api/v1');
      expect((await client.run(['one'])).status).toBe('completed');
    } finally {
      await app.close();
    }
  });
});

function byHand(ground: HostGround): DynamicModule[] {
  const { execution: executionOptions, blobs: blobsOptions } = optionsOn(ground);
  const metrics = MetricsModule.forRoot({});
  const persistence = PersistenceModule.forRoot({ dataSource: ground.dataSource, entities: ENTITIES });
  const queue = QueueModule.forRoot({ work: true, imports: [metrics, persistence] });
  const blobs = BlobsModule.forRoot(blobsOptions);
  const auth = AuthModule.forRoot({ ownerResolver: AccountResolver, imports: [metrics, persistence, AccountsModule] });
  const quota = QuotaModule.forRoot({ imports: [persistence] });
  const providers = ProvidersModule.forRoot({ sandbox: true, imports: [metrics, persistence, blobs, auth] });
  const files = FilesModule.forRoot({ imports: [persistence, blobs, auth] });
  const ingest = IngestModule.forRoot({ imports: [metrics, providers, blobs] });
  const batches = BatchesModule.forRoot({
    imports: [metrics, persistence, queue, auth, quota, providers, files, ingest],
  });
  const needed = [metrics, persistence, queue, blobs, providers, files, batches];
  return [batches, ExecutionModule.forRoot({ ...executionOptions, imports: needed })];
}
