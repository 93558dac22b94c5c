import { newId } from '../kit/ids';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A fresh id of files and jobs. */
export function newUuid(): string {
  const hex = newId('', 32);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}
