/** One or more segments of letters, digits, `.`, `_` and `-`, each beginning with a letter or digit, joined by `/`. */
export const BLOB_KEY = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;

/** Whether something may be stored under that key. */
export function isBlobKey(key: string): boolean {
  return BLOB_KEY.test(key);
}

/** Throws for a key that no store takes, so that none can lead out of a store's folder or prefix. */
export function assertBlobKey(key: string): void {
  if (!isBlobKey(key)) throw new Error(`Not a blob key: ${JSON.stringify(key)}`);
}
