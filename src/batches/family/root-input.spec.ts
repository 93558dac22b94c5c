import { BlobNotFoundError } from '../../blobs/blob-store';
import type { BatchInput } from '../batch-input';
import type { FamilyMember } from './family.store';
import { InputDeletedError } from './retry.errors';
import { RootInput } from './root-input';

describe('RootInput', () => {
  it('tells an input that was deleted while it is read from one that is lost', async () => {
    const lost = new BlobNotFoundError('input.jsonl');
    const first = { batch: { id: 'batch_1' }, parts: [{ firstItem: 0, itemCount: 1 }] } as unknown as FamilyMember;
    const read = async (isThere: boolean) => {
      const input = { itemGroups: () => failing(lost), isThere: () => Promise.resolve(isThere) };
      const root = new RootInput(input as unknown as BatchInput);
      for await (const _ of root.items(first, Uint32Array.of(0)));
    };
    await expect(read(false)).rejects.toThrow(new InputDeletedError('batch_1'));
    await expect(read(true)).rejects.toBe(lost);
  });
});

async function* failing(error: Error): AsyncGenerator<never> {
  await Promise.reject(error);
}
