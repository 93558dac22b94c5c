import { newId } from '../kit/ids';

/** A fresh id in the vendor's shape: a prefix and a UUID. */
export function newUuid(prefix: string): string {
  return prefix + newId('', 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
