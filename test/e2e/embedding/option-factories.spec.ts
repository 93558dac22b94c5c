import { Injectable, Module } from '@nestjs/common';
import { BatchEvents, MeshbatchModule, migrate, type MeshbatchOptions } from '../../../src';
import { hostGround, optionsOn, startHost, urlOf, type HostGround } from '../../support/embedding/host';
import { HostClient } from '../../support/embedding/host-client';

describe('the options of a host', () => {
  let ground: HostGround;
  beforeAll(async () => {
    ground = await hostGround();
    await migrate(ground.dataSource);
  });
  afterAll(() => ground?.close());

  it.each(['useClass', 'useExisting'] as const)('come from a class of its own by %s', async (way) => {
    const options: MeshbatchOptions = { ...optionsOn(ground), auth: {} };
    @Injectable()
    class Factory {
      create(): MeshbatchOptions {
        return options;
      }
    }
    @Module({ providers: [Factory], exports: [Factory] })
    class FactoryModule {}
    const from = way === 'useClass' ? { useClass: Factory } : { imports: [FactoryModule], useExisting: Factory };
    const app = await startHost({ platform: 'express', meshbatch: MeshbatchModule.forRootAsync(from) });
    try {
      expect((await new HostClient(urlOf(app), null, '/api/v1').send('GET', '/batches')).status).toBe(401);
      expect(app.get(BatchEvents)).toBeDefined();
    } finally {
      await app.close();
    }
  });
});
