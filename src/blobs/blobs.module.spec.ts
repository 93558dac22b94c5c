import { Test } from '@nestjs/testing';
import { DelegatingBlobStore } from '../../test/support/delegating-blob-store';
import { BlobStore } from './blob-store';
import { BlobsModule } from './blobs.module';
import type { BlobsModuleOptions } from './blobs.module-definition';
import { LocalBlobStore } from './local/local-blob-store';

class HostStore extends DelegatingBlobStore {
  readonly s3 = { bucket: 'their-own' };
  readonly folder = 'theirs';

  constructor() {
    super('theirs');
  }
}

describe('BlobsModule', () => {
  async function storeOf(store: BlobsModuleOptions['store']): Promise<BlobStore> {
    const made = await Test.createTestingModule({ imports: [BlobsModule.forRoot({ store })] }).compile();
    return made.get(BlobStore);
  }

  it('keeps blobs in a folder that is named', async () => {
    expect(await storeOf({ folder: 'f' })).toBeInstanceOf(LocalBlobStore);
  });

  it('takes a store of the host’s for what it is, whatever its fields are called', async () => {
    const own = new HostStore();
    expect(await storeOf(own)).toBe(own);
    expect(await storeOf(HostStore)).toBeInstanceOf(HostStore);
  });
});
