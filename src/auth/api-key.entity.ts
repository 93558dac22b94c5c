import { Column, Entity, PrimaryColumn } from 'typeorm';
import { InstantColumn } from '../persistence/columns';
import type { Scope } from './owner';

export type ApiKeyStatus = 'active' | 'suspended' | 'revoked';

/** A key as stored: its SHA-256, never itself. */
@Entity('api_keys')
export class ApiKeyEntity {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'owner_id' })
  ownerId!: string;

  @Column('text')
  hash!: string;

  /** The first characters, by which a person tells keys apart. */
  @Column('text', { name: 'visible_prefix' })
  visiblePrefix!: string;

  @Column('text')
  status!: ApiKeyStatus;

  @Column('jsonb')
  scopes!: Scope[];

  @InstantColumn({ name: 'expires_at' })
  expiresAt!: Date | null;

  @InstantColumn({ name: 'last_used_at' })
  lastUsedAt!: Date | null;

  @InstantColumn({ name: 'created_at', nullable: false })
  createdAt!: Date;
}
