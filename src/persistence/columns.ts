import { Column, type ColumnOptions } from 'typeorm';

const toNumber = {
  to: (value: number | null | undefined) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};

const jsonText = {
  to: (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value)),
  from: (value: string | null) => (value === null ? null : (JSON.parse(value) as unknown)),
};

/** JSON as text: jsonb refuses NUL, which a caller may use. */
export function JsonTextColumn(options: ColumnOptions = {}): PropertyDecorator {
  return Column({ type: 'text', nullable: true, transformer: jsonText, ...options });
}

/** A bigint column read as a number: byte counts and offsets, far below 2^53. */
export function ByteCountColumn(options: ColumnOptions = {}): PropertyDecorator {
  return Column({ type: 'bigint', transformer: toNumber, ...options });
}

/** An instant, with time zone, null until it has come. */
export function InstantColumn(options: ColumnOptions = {}): PropertyDecorator {
  return Column({ type: 'timestamptz', nullable: true, ...options });
}
