import { BlobNotFoundError } from '../blobs/blob-store';

/**
 * Runs what reads the blobs of something that may be deleted meanwhile, which `find` then says: it throws what the caller is to be told, the
 * 404 that it now is. It is told so if nothing was sent yet.
 */
export async function whileThere<T>(read: () => Promise<T>, find: () => Promise<unknown>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof BlobNotFoundError) await find();
    throw error;
  }
}
