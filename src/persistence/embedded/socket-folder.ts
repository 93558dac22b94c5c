import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The port only names the socket file, as it does for every Postgres client. */
export const SOCKET_PORT = 5432;
/** The kernel cuts longer paths silently (108 bytes on Linux, 104 on macOS). */
const MAX_SOCKET_PATH = 100;

/** The socket file that a Postgres client looks for when it is given a folder as its host. */
export function socketFile(folder: string): string {
  return join(folder, `.s.PGSQL.${SOCKET_PORT}`);
}

/**
 * The private folder that holds the sockets of a data folder: the data folder itself, or one under the temporary folder
 * when its path is too long. File names within it may have as many characters as {@link socketFile}'s.
 */
export async function prepareSocketFolder(dataDir: string): Promise<string> {
  const folder = isShort(dataDir) ? dataDir : temporaryFolder(dataDir);
  if (!isShort(folder)) throw new Error(`No folder with a short enough path for a unix socket: ${folder}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (folder !== dataDir) await assertPrivate(folder);
  return folder;
}

function isShort(folder: string): boolean {
  return Buffer.byteLength(socketFile(folder)) <= MAX_SOCKET_PATH;
}

function temporaryFolder(dataDir: string): string {
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  return join(tmpdir(), `meshbatch-${hash}`);
}

/** Anyone may create names in the temporary folder, so one that was there before us is not trusted by its name. */
async function assertPrivate(folder: string): Promise<void> {
  const stats = await lstat(folder);
  const ours = stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & 0o077) === 0;
  if (!ours) throw new Error(`${folder} exists and is not a private folder of this user`);
}
