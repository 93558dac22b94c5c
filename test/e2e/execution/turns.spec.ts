import { ApiKeysService } from '../../../src/auth/api-keys.service';
import { PartEntity } from '../../../src/batches/part.entity';
import { ExecutionBench } from '../../support/execution/execution-bench';
import { ApiClient, chatItems } from '../../support/service/api-client';
import { smallParts, type SmallParts } from '../../support/service/catalog-file';

const ENDED = ['completed', 'failed', 'cancelled', 'expired'];

describe('the turns of owners', () => {
  let bench: ExecutionBench;
  let catalog: SmallParts;
  beforeEach(async () => {
    bench = await ExecutionBench.open({ stateMs: 1 });
    catalog = await smallParts(1);
  });
  afterEach(async () => {
    await bench.dispose();
    await catalog.remove();
  });

  it('let a small batch in before the many parts of one that came first', async () => {
    const api = await bench.start({ CATALOG_FILE: catalog.path, ROLE: 'api' });
    const { key } = await api.get<ApiKeysService>(ApiKeysService).createKey({ owner: 'another' });
    const prompts = Array.from({ length: 30 }, (_, index) => `prompt ${index}`);
    const large = await bench.create(api, prompts);
    const other = new ApiClient(api.url, key);
    const { body: small } = await other.create({ requests: chatItems(['one']) });
    await bench.start({ CATALOG_FILE: catalog.path });
    await Promise.all([api.api.waitFor(large, ENDED), other.waitFor(small.id, ENDED)]);

    const begun = await bench.rows.manager.find(PartEntity, { order: { attemptBegunAt: 'ASC' } });
    const place = begun.findIndex((part) => part.batchId === small.id);
    // Eight are sent at once, and of those only the first part of the large batch has the same turn.
    expect(place).toBeLessThan(8);
    expect(begun).toHaveLength(31);
  });
});
