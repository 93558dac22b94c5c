import { Readable } from 'node:stream';
import { DelegatingBlobStore } from '../../test/support/delegating-blob-store';
import { ManualClock } from '../../test/support/manual-clock';
import { SystemRandom } from '../common/random';
import type { ValidationFailedError } from '../http/meshbatch-error';
import { Metrics } from '../metrics/metrics';
import type { ProviderAdapter } from '../providers/contract/adapter';
import { ProviderRegistry } from '../providers/provider-registry';
import { IngestMetrics } from './ingest-metrics';
import { IngestService } from './ingest.service';

const BODY = '{"requests":[{"custom_id":"a","body":{"model":"acme/a"}}]}';

class FailingBlobStore extends DelegatingBlobStore {
  constructor(private readonly code: string) {
    super('/nowhere');
  }

  override write(): Promise<number> {
    return Promise.reject(Object.assign(new Error(this.code), { code: this.code }));
  }
}

describe('IngestService', () => {
  function ingest(code: string, body = BODY): Promise<unknown> {
    const adapter = {
      id: 'acme',
      capabilities: {
        endpoints: ['/v1/chat/completions'],
        maxLineBytes: 1e6,
        maxItems: 10,
        maxBytes: 1e6,
        minItems: 1,
        extraWindows: [],
      },
      check: () => [],
    } as unknown as ProviderAdapter;
    const registry = new ProviderRegistry([adapter], { providers: [], models: [] });
    const metrics = new IngestMetrics(new Metrics({}, new ManualClock()));
    const service = new IngestService({}, registry, new FailingBlobStore(code), new SystemRandom(), metrics);
    return service.ingest('key', { bytes: Readable.from([Buffer.from(body)]), format: { kind: 'json' } });
  }

  it.each(['ENOSPC', 'EDQUOT'])('answers %s as a disk that has no room', async (code) => {
    await expect(ingest(code)).rejects.toMatchObject({ code: 'insufficient_storage', cause: { code } });
  });

  it('leaves every other error of a store what it is', async () => {
    await expect(ingest('EACCES')).rejects.toMatchObject({ message: 'EACCES', code: 'EACCES' });
  });

  it('stores nothing of a body that names a file, and says what it said', async () => {
    const body = { input_file_id: 'file_x', endpoint: '/v1/chat/completions', metadata: { a: 'b' } };
    expect(await ingest('EACCES', JSON.stringify(body))).toEqual({
      inputFileId: 'file_x',
      endpoint: '/v1/chat/completions',
      completionWindow: '24h',
      metadata: { a: 'b' },
      outputExpiresAfter: null,
    });
  });

  it.each([
    [{ input_file_id: 'file_x' }, ['endpoint']],
    [{ input_file_id: 7, endpoint: '/v1/x' }, ['endpoint', 'input_file_id']],
    [{ input_file_id: 'f', endpoint: '/v1/embeddings', requests: [] }, ['input_file_id', 'requests']],
    [{ input_file_id: 'f', endpoint: '/v1/embeddings', output_expires_after: [] }, ['output_expires_after']],
    [
      { input_file_id: 'f', endpoint: '/v1/embeddings', output_expires_after: { anchor: 'now', seconds: 60 } },
      ['output_expires_after.anchor', 'output_expires_after.seconds'],
    ],
  ])('refuses %j, naming %j', async (body, fields) => {
    const thrown: unknown = await ingest('EACCES', JSON.stringify(body)).catch((error: unknown) => error);
    const { faults } = thrown as ValidationFailedError;
    expect(faults.map(({ loc }) => loc.slice(1).join('.')).sort()).toEqual(fields);
  });

  it('takes null for no file', async () => {
    const body = BODY.replace('{', '{"input_file_id":null,"endpoint":5,');
    await expect(ingest('EACCES', body)).rejects.toMatchObject({ code: 'EACCES' });
  });
});
