import { Column, type ColumnOptions } from 'typeorm';

const toNumber = {
  to: (value: number | null | undefined) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};

/** A bigint column read as a number: byte counts and offsets, far below 2^53. */
export function ByteCountColumn(options: ColumnOptions = {}): PropertyDecorator {
  return Column({ type: 'bigint', transformer: toNumber, ...options });
}

/** An instant, with time zone, null until it has come. */
export function InstantColumn(options: ColumnOptions = {}): PropertyDecorator {
  return Column({ type: 'timestamptz', nullable: true, ...options });
}
