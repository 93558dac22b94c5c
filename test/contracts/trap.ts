import { CannedServer } from './canned-server';

const HARMLESS = ['host', 'connection', 'user-agent', 'accept', 'content-length', 'transfer-encoding'];

/** A server of somebody else, which notes whatever a request brings that it should not. */
export interface Trap {
  readonly url: string;
  /** Headers that may hold a key, of every request so far. */
  readonly keys: readonly string[];
  close(): Promise<void>;
}

export async function openTrap(): Promise<Trap> {
  const keys: string[] = [];
  const server = await CannedServer.open((request, response) => {
    keys.push(...Object.keys(request.headers).filter((name) => !HARMLESS.includes(name)));
    request.resume().on('end', () => response.end('{}'));
  });
  return { url: server.url, keys, close: () => server.close() };
}
