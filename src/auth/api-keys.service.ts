import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../common/clock';
import { Ids, sha256 } from '../common/ids';
import { OperatorError } from '../common/operator-error';
import { Random } from '../common/random';
import { Database } from '../persistence/database';
import { ApiKeyEntity, type ApiKeyStatus } from './api-key.entity';
import { SCOPES, type Scope } from './owner';
import { OwnerEntity } from './owner.entity';

const KEY_BYTES = 32;
/** Any number that nothing else locks. */
const FIRST_KEY_LOCK = 7_221_001;
const VISIBLE_LENGTH = 10;

export interface NewKey {
  readonly owner: string;
  readonly expiresAt?: Date | null;
  readonly scopes?: readonly Scope[];
}

/** Makes and changes owners and keys, for the operator. */
@Injectable()
export class ApiKeysService {
  /** @internal */
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly random: Random,
  ) {}

  async isEmpty(): Promise<boolean> {
    return (await this.database.manager.count(ApiKeyEntity)) === 0;
  }

  /** A key of 256 random bits, not stored yet. */
  generate(): string {
    return `rsk_${this.random.bytes(KEY_BYTES).toString('base64url')}`;
  }

  async createOwner(name: string, batchLimit: number | null = null): Promise<OwnerEntity> {
    return this.database.transaction(async (tx) => {
      if (await tx.existsBy(OwnerEntity, { name })) throw new OperatorError(`The owner ${name} exists already`);
      return this.insertOwner(tx, name, batchLimit);
    });
  }

  /** Makes the very first key; false when there is one already, also when another process is making it now. */
  async createFirstKey(owner: string, key: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [FIRST_KEY_LOCK]);
      if ((await tx.count(ApiKeyEntity)) > 0) return false;
      await this.insertKey(tx, { owner }, key);
      return true;
    });
  }

  /** Makes a key, and its owner when there is none of that name. The key is shown here and never again. */
  async createKey(options: NewKey): Promise<{ key: string; entity: ApiKeyEntity }> {
    const key = this.generate();
    const entity = await this.database.transaction((tx) => this.insertKey(tx, options, key));
    return { key, entity };
  }

  private async insertKey(tx: EntityManager, options: NewKey, key: string): Promise<ApiKeyEntity> {
    const owner =
      (await tx.findOneBy(OwnerEntity, { name: options.owner })) ?? (await this.insertOwner(tx, options.owner, null));
    return tx.save(
      tx.create(ApiKeyEntity, {
        id: this.ids.next('key'),
        ownerId: owner.id,
        hash: sha256(key),
        visiblePrefix: key.slice(0, VISIBLE_LENGTH),
        status: 'active',
        scopes: [...(options.scopes ?? SCOPES)],
        expiresAt: options.expiresAt ?? null,
        createdAt: new Date(this.clock.now()),
      }),
    );
  }

  async listKeys(): Promise<{ key: ApiKeyEntity; owner: OwnerEntity }[]> {
    const owners = new Map((await this.database.manager.find(OwnerEntity)).map((owner) => [owner.id, owner]));
    const keys = await this.database.manager.find(ApiKeyEntity, { order: { id: 'ASC' } });
    return keys.flatMap((key) => {
      const owner = owners.get(key.ownerId);
      return owner ? [{ key, owner }] : [];
    });
  }

  /** Suspends or revokes a key, or makes a suspended one active again; a revoked key stays revoked. */
  async setStatus(id: string, status: ApiKeyStatus): Promise<void> {
    await this.database.transaction(async (tx) => {
      const key = await tx.findOneBy(ApiKeyEntity, { id });
      if (!key) throw new OperatorError(`There is no key ${id}`);
      if (key.status === 'revoked' && status !== 'revoked')
        throw new OperatorError(`The key ${id} is revoked for good`);
      await tx.update(ApiKeyEntity, { id }, { status });
    });
  }

  private insertOwner(tx: EntityManager, name: string, batchLimit: number | null): Promise<OwnerEntity> {
    const createdAt = new Date(this.clock.now());
    return tx.save(tx.create(OwnerEntity, { id: this.ids.next('owner'), name, batchLimit, createdAt }));
  }
}
