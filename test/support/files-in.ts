import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The paths of all files below a folder, which may not be there yet, and in which others remove files and folders meanwhile. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await orNone(readdir(folder, { withFileTypes: true }), []);
  const found = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
  return (await Promise.all(found)).flat();
}

/** What was asked of a file, or `none` when it has gone. */
export async function orNone<T>(asked: Promise<T>, none: T): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return none;
    throw error;
  }
}
