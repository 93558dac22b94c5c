import type { PostgresServer } from '../../test/support/postgres/postgres-server';
import type { Cleanups } from './cleanups';

/** A bar: the value must not be above (`<=`) or not below (`>=`) the limit. */
export interface Bar {
  readonly sign: '<=' | '>=';
  readonly limit: number;
}

/** What was measured under one name. */
export interface Measured {
  readonly name: string;
  readonly value: number;
  /** `x` for a ratio. */
  readonly unit: string;
  /** Null for a value that only explains another. */
  readonly bar: Bar | null;
  /** The rounds behind the value, and whatever else explains it. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** What a figure is given. */
export interface BenchContext {
  /** A Postgres server with fsync on. */
  readonly server: PostgresServer;
  /** Undone when the figure has ended. */
  readonly cleanups: Cleanups;
  /** Small sizes and one round: tells whether it works, and nothing of speed. */
  readonly short: boolean;
  readonly rounds: number;
  /** How long a load lasts in the figures that have one; null for their own choice. */
  readonly seconds: number | null;
  /** Folder for CPU profiles of the service; null for none, which is what is measured. */
  readonly profiles: string | null;
}

/** One measurement, which may give several values. */
export interface Figure {
  /** Names of the values that have a bar; the figure is chosen by any of them. */
  readonly names: readonly string[];
  run(context: BenchContext): Promise<Measured[]>;
}

export const atMost = (limit: number): Bar => ({ sign: '<=', limit });
export const atLeast = (limit: number): Bar => ({ sign: '>=', limit });

export function holds({ value, bar }: Measured): boolean {
  if (bar === null) return true;
  return bar.sign === '<=' ? value <= bar.limit : value >= bar.limit;
}
