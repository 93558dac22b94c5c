import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { sha256 } from '../common/ids';
import { Database } from '../persistence/database';
import { ApiKeyEntity } from './api-key.entity';
import { ForbiddenError, UnauthorizedError } from './auth.errors';
import { KeyAttempts } from './key-attempts';
import { KEY_PATTERN } from './key-pattern';
import { OwnerResolver, type LoginRequest, type Owner } from './owner';

const LAST_USED_STEP_MS = 60_000;
const BEARER = /^Bearer +(\S+)$/i;

/** The default login: `Authorization: Bearer rsk_…`, or `x-api-key: rsk_…` where there is none. */
@Injectable()
export class ApiKeyOwnerResolver extends OwnerResolver {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly attempts: KeyAttempts,
  ) {
    super();
  }

  async resolve({ headers, ip }: LoginRequest): Promise<Owner> {
    const key = keyIn(headers);
    if (key === undefined || !KEY_PATTERN.test(key)) {
      this.attempts.noteMalformed();
      throw new UnauthorizedError();
    }
    const hash = sha256(key);
    const stored = await this.attempts.look(hash, ip, () => this.find(hash));
    if (stored.status === 'suspended') throw new ForbiddenError('API key is suspended.');
    await this.noteUse(stored);
    return { id: stored.ownerId, scopes: stored.scopes };
  }

  /** Null for a key that nobody has, or has any more. */
  private async find(hash: string): Promise<ApiKeyEntity | null> {
    const key = await this.database.manager.findOneBy(ApiKeyEntity, { hash });
    if (!key || !timingSafeEqual(Buffer.from(key.hash), Buffer.from(hash)) || key.status === 'revoked') return null;
    return key.expiresAt && key.expiresAt.getTime() <= this.clock.now() ? null : key;
  }

  /** At most once a minute a key, so that reading does not become writing. */
  private async noteUse(key: ApiKeyEntity): Promise<void> {
    const now = this.clock.now();
    if (key.lastUsedAt && now - key.lastUsedAt.getTime() < LAST_USED_STEP_MS) return;
    await this.database.manager.update(ApiKeyEntity, { id: key.id }, { lastUsedAt: new Date(now) });
  }
}

/** Clients of the Messages API send the header of its vendor. */
function keyIn({ authorization, 'x-api-key': own }: LoginRequest['headers']): string | undefined {
  if (authorization !== undefined) return BEARER.exec(authorization)?.[1];
  return typeof own === 'string' ? own : undefined;
}
