import { randomBytes } from 'node:crypto';

let nonce = randomBytes(5).toString('hex');
let issued = 0;

/**
 * A fresh id in the vendor's shape: a prefix and `length` hexadecimal digits. The nonce keeps ids of two processes
 * apart, and a counter the rest: random bytes for each row would cost seconds in a large batch.
 */
export function newId(prefix: string, length: number): string {
  issued++;
  return prefix + nonce + issued.toString(16).padStart(length - nonce.length, '0');
}

/** Begins anew with ids that are the same in every process, for a run that is to be repeated exactly. */
export function nameIdsAfter(name: string): void {
  [nonce, issued] = [name, 0];
}
