import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Random } from './random';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Names how a secret is sealed, so that another way can come beside it. */
const VERSION = 'v1.';
const KEY = /^[A-Za-z0-9+/_-]{43}=?$/;

/** A sealed secret that none of the keys opens: another key sealed it, it was changed, or it belongs elsewhere. */
export class SealBrokenError extends Error {
  override readonly name = 'SealBrokenError';

  constructor() {
    super('A stored secret cannot be opened with the keys that are configured');
  }
}

/** Whether a text is a key: 32 bytes as base64, of either alphabet. */
export function isSecretsKey(text: string): boolean {
  return KEY.test(text) && Buffer.from(text, 'base64').length === KEY_BYTES;
}

/** A new key, as base64. */
export function newSecretsKey(random: Random): string {
  return random.bytes(KEY_BYTES).toString('base64');
}

/** Keeps secrets that are needed in clear later: AES-256-GCM, a fresh nonce each time. */
export class SecretBox {
  private readonly keys: readonly Buffer[];

  /**
   * @param keys base64 of 32 bytes each: the first one seals, all of them open, which is how a key is replaced
   */
  constructor(
    keys: readonly string[],
    private readonly random: Random,
  ) {
    if (keys.length === 0 || !keys.every(isSecretsKey)) {
      throw new Error('A key for secrets must be 32 bytes, written as base64');
    }
    this.keys = keys.map((key) => Buffer.from(key, 'base64'));
  }

  /** @param place what the secret belongs to, such as a row's id: it opens there and nowhere else */
  seal(secret: string, place: string): string {
    const nonce = Buffer.from(this.random.bytes(NONCE_BYTES));
    const cipher = createCipheriv(ALGORITHM, this.keys[0]!, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(place));
    const sealed = [nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()];
    return VERSION + Buffer.concat(sealed).toString('base64url');
  }

  /** @throws SealBrokenError */
  open(sealed: string, place: string): string {
    const bytes = Buffer.from(sealed.slice(VERSION.length), 'base64url');
    if (!sealed.startsWith(VERSION) || bytes.length < NONCE_BYTES + TAG_BYTES) throw new SealBrokenError();
    for (const key of this.keys) {
      const secret = tryOpen(key, bytes, place);
      if (secret !== null) return secret;
    }
    throw new SealBrokenError();
  }
}

function tryOpen(key: Buffer, bytes: Buffer, place: string): string | null {
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return null;
  }
}
