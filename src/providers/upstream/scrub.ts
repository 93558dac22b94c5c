/** None of these can match a quote or a backslash, so that JSON stays JSON. */
const SECRETS: readonly [RegExp, (found: string) => string][] = [
  [/\bBearer\s+[^\s"'\\<>]+/gi, () => 'Bearer [key]'],
  [/\b(?:sk|rsk|gsk|xai)[-_][A-Za-z0-9_*.-]{8,}/g, () => '[key]'],
  [/\bfw_[A-Za-z0-9]{8,}/g, () => '[key]'],
  [/\bAIza[A-Za-z0-9_-]{8,}/g, () => '[key]'],
  [/\b(?:org-|proj_)[A-Za-z0-9]{8,}/g, () => '[organisation]'],
  // What may follow is taken whole and then looked at: to look for the question mark from each beginning anew takes time without bound.
  [/https?:(?:\\?\/){2}(?:\\\/|[^\s"'\\<>])*/g, (url) => (url.includes('?') ? '[url]' : url)],
];

/** Takes keys, organisation ids and signed URLs out of a text that came from a provider. */
export function scrub(text: string): string {
  return SECRETS.reduce((scrubbed, [pattern, replacement]) => scrubbed.replace(pattern, replacement), text);
}

/** As {@link scrub}, and fit to be stored: Postgres takes neither NUL nor half of a surrogate pair. */
export function safeText(text: string): string {
  return scrub(text).replaceAll('\0', '\uFFFD').toWellFormed();
}
