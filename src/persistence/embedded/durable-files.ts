import { closeSync, fsyncSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';

/** Start parameters under which the engine asks for its log to be on disk before it acknowledges a commit. */
export const DURABLE_PARAMETERS = ['-c', 'fsync=on', '-c', 'wal_sync_method=fsync'];

interface NodeFileSystem {
  realPath(node: unknown): string;
  stream_ops: { fsync?: (stream: { nfd?: number; node: unknown }) => number };
}

/** PGlite's file layer ignores fsync, so a power cut could take acknowledged rows. This makes it reach the disk. */
export function makeDurable(db: PGlite): void {
  const { NODEFS } = (db.Module.FS as unknown as { filesystems: { NODEFS?: NodeFileSystem } }).filesystems;
  if (!NODEFS) throw new Error('PGlite no longer exposes its NODEFS file system; fsync cannot be honoured');
  NODEFS.stream_ops.fsync = ({ nfd, node }) => {
    if (nfd === undefined) syncPath(NODEFS.realPath(node));
    else fsyncSync(nfd);
    return 0;
  };
}

/** Puts a whole folder on disk. */
export function syncTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) syncTree(path);
    else syncPath(path);
  }
  syncPath(folder);
}

/** Puts one file, or the names in one folder, on disk. */
export function syncPath(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
