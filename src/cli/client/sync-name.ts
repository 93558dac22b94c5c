import { dirname } from 'node:path';
import { syncFolder } from '../../common/sync-folder';

/** Of a folder that cannot be synced: on Windows, on some network drives, or where it may be written and not read. */
const CANNOT = ['EPERM', 'EISDIR', 'EACCES', 'EINVAL', 'ENOTSUP'];

/** Has the name that a file just got outlast a power cut, where the user's file system can do that. */
export async function syncName(path: string): Promise<void> {
  try {
    await syncFolder(dirname(path));
  } catch (error) {
    if (!CANNOT.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
