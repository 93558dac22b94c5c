import { readFileSync } from 'node:fs';
import { DEFAULT_DATA_DIR, DEFAULT_PORT, firstKeyPath } from './local-service';

/** How a client reaches the service. */
export interface ClientSettings {
  /** Without a slash at its end, such as `http://127.0.0.1:3000`. */
  readonly baseUrl: string;
  readonly key: string | null;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** An address that is none. The message is a sentence for whoever gave it. */
export class InvalidBaseUrlError extends Error {
  override readonly name = 'InvalidBaseUrlError';
}

/**
 * Takes what was given, else `MESHBATCH_URL` and `MESHBATCH_KEY`, else the service that a `DATA_DIR` here belongs to. Its first key is
 * only for an address of this machine. Throws {@link InvalidBaseUrlError}.
 */
export function clientSettings(
  given: { readonly baseUrl?: string; readonly key?: string },
  env: NodeJS.ProcessEnv = process.env,
): ClientSettings {
  const baseUrl = given.baseUrl ?? (env.MESHBATCH_URL || `http://127.0.0.1:${env.PORT || DEFAULT_PORT}`);
  const host = hostOf(baseUrl);
  const key = given.key ?? (env.MESHBATCH_KEY || null);
  return {
    baseUrl: baseUrl.replace(/(?<!\/)\/+$/, ''),
    key: key ?? (LOOPBACK.test(host) ? firstKey(env.DATA_DIR || DEFAULT_DATA_DIR) : null),
  };
}

function hostOf(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.username !== '') {
    throw new InvalidBaseUrlError('The address of the service must be like http://127.0.0.1:3000');
  }
  return url.hostname;
}

function firstKey(dataDir: string): string | null {
  try {
    return readFileSync(firstKeyPath(dataDir), 'utf8').trim() || null;
  } catch {
    return null;
  }
}
