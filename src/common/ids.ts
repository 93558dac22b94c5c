import { createHash } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import type { Clock } from './clock';
import type { Random } from './random';

const TOKEN_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const TOKEN_LENGTH = 8;

/** A kind of thing that has an id; the word is the id's prefix. */
export type IdPrefix =
  'batch' | 'part' | 'file' | 'owner' | 'key' | 'req' | 'worker' | 'installation' | 'whk' | 'delivery';

/** Makes ids: a prefix and a ULID, so that ids of one kind sort by the time they were made. */
export class Ids {
  private readonly ulid: (seedTime?: number) => string;

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
  ) {
    this.ulid = monotonicFactory(() => random.fraction());
  }

  next(prefix: IdPrefix): string {
    return `${prefix}_${this.ulid(this.clock.now())}`;
  }

  /** 8 characters `[a-z0-9]` that name one attempt to submit a part. */
  attemptToken(): string {
    const bytes = this.random.bytes(TOKEN_LENGTH * 2);
    let token = '';
    for (let i = 0; i < TOKEN_LENGTH; i++) token += TOKEN_ALPHABET[bytes.readUInt16BE(i * 2) % TOKEN_ALPHABET.length];
    return token;
  }
}

const ULID = '[0-9A-HJKMNP-TV-Z]{26}';

/** Whether `value` has the shape of an id of that kind. */
export function isId(prefix: IdPrefix, value: string): boolean {
  return new RegExp(`^${prefix}_${ULID}$`).test(value);
}

/** SHA-256 as 64 hexadecimal digits. */
export function sha256(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}
