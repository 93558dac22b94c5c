const DIGITS = 7;
const ITEM_ID = /^r(\d{7})-([a-z0-9]{8})$/;

/** The id of an item upstream: its index in the batch and the token of the attempt. The caller's `custom_id` stays here. */
export function toItemId(index: number, token: string): string {
  return `r${String(index).padStart(DIGITS, '0')}-${token}`;
}

/** The index of an item of that attempt; null for any other id. */
export function readItemId(itemId: string, token: string): number | null {
  const match = ITEM_ID.exec(itemId);
  return match && match[2] === token ? Number(match[1]) : null;
}
