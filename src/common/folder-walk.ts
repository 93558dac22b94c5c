import type { Dir } from 'node:fs';
import { opendir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The paths of all files below a folder, which may not be there; one that goes meanwhile is passed over. */
export async function* filesBelow(folder: string): AsyncGenerator<string> {
  const opened = await orNull<Dir>(opendir(folder));
  if (!opened) return;
  for await (const entry of opened) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

/** The names in a folder, none when it is not there. */
export async function namesIn(folder: string): Promise<string[]> {
  return (await orNull(readdir(folder))) ?? [];
}

/** Null when the file is no more. */
export async function modifiedAt(path: string): Promise<Date | null> {
  return (await orNull(stat(path)))?.mtime ?? null;
}

async function orNull<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
