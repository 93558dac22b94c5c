import { Column, Entity, PrimaryColumn } from 'typeorm';
import { InstantColumn } from '../persistence/columns';

/** Which calls wait: those that send parts, or the polls of jobs. */
export type PausedCalls = 'submits' | 'polls';

/** Why: the provider refuses our credentials or our balance, or it told us to come back later. */
export type PauseReason = 'credentials' | 'rate';
export const PAUSE_REASONS: readonly PauseReason[] = ['credentials', 'rate'];

/** Until when calls of a kind to a provider wait, in every process. One that is over stays until a probe went well. */
@Entity('provider_pauses')
export class ProviderPauseEntity {
  @PrimaryColumn('text')
  provider!: string;

  @PrimaryColumn('text')
  calls!: PausedCalls;

  @Column('text')
  reason!: PauseReason;

  @InstantColumn({ name: 'paused_until', nullable: false })
  pausedUntil!: Date;
}
