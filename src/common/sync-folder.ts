import { open } from 'node:fs/promises';

/** Has the names in a folder outlast a power cut: a rename is durable only when its folder is. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
