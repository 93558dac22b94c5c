import { DelegatingBlobStore } from '../../test/support/delegating-blob-store';
import { ManualClock } from '../../test/support/manual-clock';
import { SystemRandom } from '../common/random';
import { Metrics } from '../metrics/metrics';
import { ProviderRegistry } from '../providers/provider-registry';
import { IngestMetrics } from './ingest-metrics';
import { IngestService } from './ingest.service';

class FailingBlobStore extends DelegatingBlobStore {
  constructor(private readonly code: string) {
    super('/nowhere');
  }

  override write(): Promise<number> {
    return Promise.reject(Object.assign(new Error(this.code), { code: this.code }));
  }
}

describe('IngestService', () => {
  function ingest(code: string): Promise<unknown> {
    const registry = new ProviderRegistry([], { providers: [], models: [] });
    const metrics = new IngestMetrics(new Metrics({}, new ManualClock()));
    const service = new IngestService({}, registry, new FailingBlobStore(code), new SystemRandom(), metrics);
    return service.ingest('key', { bytes: (async function* () {})(), format: { kind: 'json' } });
  }

  it.each(['ENOSPC', 'EDQUOT'])('answers %s as a disk that has no room', async (code) => {
    await expect(ingest(code)).rejects.toMatchObject({ code: 'insufficient_storage', cause: { code } });
  });

  it('leaves every other error of a store what it is', async () => {
    await expect(ingest('EACCES')).rejects.toMatchObject({ message: 'EACCES', code: 'EACCES' });
  });
});
