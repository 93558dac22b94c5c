import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { MeshbatchModule, openEmbeddedDatabase } from '../../../src';
import { AccountResolver, AccountsModule, startHost, urlOf } from '../../support/embedding/host';
import { HostClient } from '../../support/embedding/host-client';
import { eventually } from '../../support/execution/execution-bench';
import { EMBEDDED_WORKER_FILE } from '../../support/postgres/pglite-template';
import type { BatchBody } from '../../support/service/api-client';

describe('a host on the embedded database', () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'meshbatch-host-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const open = () => openEmbeddedDatabase({ dataDir: join(folder, 'data'), workerFile: EMBEDDED_WORKER_FILE });

  async function start(): Promise<INestApplication> {
    const meshbatch = MeshbatchModule.forRootAsync({
      imports: [AccountsModule],
      useFactory: async () => ({
        persistence: { embedded: await open() },
        blobs: { store: { folder: join(folder, 'blobs') } },
        auth: { ownerResolver: AccountResolver },
        providers: { sandbox: true },
        execution: { scratchFolder: join(folder, 'scratch') },
      }),
      routePrefix: 'llm',
    });
    return startHost({ platform: 'express', meshbatch });
  }

  it('goes on after a stop in the middle of a batch, and gives the folder free', async () => {
    const first = await start();
    await expect(open()).rejects.toMatchObject({ name: 'DataFolderInUseError' });
    const created = await new HostClient(urlOf(first), 'ada').create(['one', 'two']);
    const { id } = (await created.json()) as BatchBody;
    await first.close();

    const second = await start();
    try {
      const client = new HostClient(urlOf(second), 'ada');
      const ended = await eventually('the batch ends', async () => {
        const batch = (await (await client.send('GET', `/batches/${id}`)).json()) as BatchBody;
        return batch.status === 'completed' ? batch : null;
      });
      expect(ended.results).toHaveLength(2);
    } finally {
      await second.close();
    }
  });
});
