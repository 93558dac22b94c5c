import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { sha256 } from '../common/ids';
import { Database } from '../persistence/database';
import { ApiKeyEntity } from './api-key.entity';
import { ForbiddenError, UnauthorizedError } from './auth.errors';
import { KEY_PATTERN } from './key-pattern';
import { OwnerResolver, type LoginRequest, type Owner } from './owner';

const LAST_USED_STEP_MS = 60_000;
const BEARER = /^Bearer +(\S+)$/i;

/** The default login: `Authorization: Bearer rsk_…`. */
@Injectable()
export class ApiKeyOwnerResolver extends OwnerResolver {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  async resolve(request: LoginRequest): Promise<Owner> {
    const key = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (key === undefined || !KEY_PATTERN.test(key)) throw new UnauthorizedError();
    const hash = sha256(key);
    const stored = await this.database.manager.findOneBy(ApiKeyEntity, { hash });
    if (!stored || !timingSafeEqual(Buffer.from(stored.hash), Buffer.from(hash))) throw new UnauthorizedError();
    this.assertUsable(stored);
    await this.noteUse(stored);
    return { id: stored.ownerId, scopes: stored.scopes };
  }

  private assertUsable(key: ApiKeyEntity): void {
    if (key.status === 'revoked') throw new UnauthorizedError();
    if (key.expiresAt && key.expiresAt.getTime() <= this.clock.now()) throw new UnauthorizedError();
    if (key.status === 'suspended') throw new ForbiddenError('API key is suspended.');
  }

  /** At most once a minute a key, so that reading does not become writing. */
  private async noteUse(key: ApiKeyEntity): Promise<void> {
    const now = this.clock.now();
    if (key.lastUsedAt && now - key.lastUsedAt.getTime() < LAST_USED_STEP_MS) return;
    await this.database.manager.update(ApiKeyEntity, { id: key.id }, { lastUsedAt: new Date(now) });
  }
}
