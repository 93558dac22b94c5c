import type { KeyedHash } from '../common/keyed-hash';

/** A power of two. Parts grow one by one, so that no growth holds up the process. */
const PARTS = 256;
const FIRST_SLOTS = 16;
const WORDS = 4;
/** At which some twenty slots, one behind the other, are looked at for an id that is new. */
const MAX_LOAD = 0.85;
/** Small, so that little of a table is ever free. */
const GROWTH = 1.5;

/** An open-addressing table whose slots hold a hash of four words; all of them 0 in one that is free. */
interface Table {
  slots: Int32Array;
  used: number;
}

/**
 * The `custom_id`s of one body, by keyed hashes of 128 bits: 19 to 28 bytes an id however long it is. Two ids that differ are
 * taken for the same once in 2^128 pairs.
 */
export class CustomIdSet {
  private readonly tables: (Table | undefined)[] = [];

  constructor(private readonly hash: KeyedHash) {}

  /** Adds the id whose UTF-8 is at `start` to `end` (exclusive) of `bytes`; false when it was there. */
  add(bytes: Buffer, start: number, end: number): boolean {
    this.hash.update(bytes, start, end);
    const { words } = this.hash;
    // All zero marks a free slot.
    if ((words[0]! | words[1]! | words[2]! | words[3]!) === 0) words[3] = 1;
    const table = (this.tables[words[0]! & (PARTS - 1)] ??= {
      slots: new Int32Array(FIRST_SLOTS * WORDS),
      used: 0,
    });
    const at = find(table.slots, words[0]!, words[1]!, words[2]!, words[3]!);
    if (!isFree(table.slots, at)) return false;
    table.slots.set(words, at);
    table.used++;
    if (table.used > (table.slots.length / WORDS) * MAX_LOAD) grow(table);
    return true;
  }
}

/** Where the hash of these words is, or the free slot where it belongs. */
function find(slots: Int32Array, a: number, b: number, c: number, d: number): number {
  const count = slots.length / WORDS;
  let at = Math.floor((b >>> 0) * (count / 2 ** 32)) * WORDS;
  while (!isFree(slots, at)) {
    if (slots[at] === a && slots[at + 1] === b && slots[at + 2] === c && slots[at + 3] === d) break;
    at += WORDS;
    if (at === slots.length) at = 0;
  }
  return at;
}

function isFree(slots: Int32Array, at: number): boolean {
  return (slots[at]! | slots[at + 1]! | slots[at + 2]! | slots[at + 3]!) === 0;
}

function grow(table: Table): void {
  const { slots: old } = table;
  const slots = new Int32Array(Math.ceil((old.length / WORDS) * GROWTH) * WORDS);
  for (let from = 0; from < old.length; from += WORDS) {
    if (isFree(old, from)) continue;
    const at = find(slots, old[from]!, old[from + 1]!, old[from + 2]!, old[from + 3]!);
    for (let word = 0; word < WORDS; word++) slots[at + word] = old[from + word]!;
  }
  table.slots = slots;
}
