import { safeText } from './scrub';

/** Longest text of a provider's that is shown, in characters. */
const MAX_CHARACTERS = 2000;
/** A shorter value is no secret, and is found in any text. */
const LEAST_CREDENTIAL = 4;
/** Headers that say who calls or how, and are sent beside the credentials. */
const PLAIN_HEADER = /^(?:user-agent|accept|content-type|.+-version)$/i;

/**
 * Makes texts of one provider's safe to show: as {@link safeText}, without the credentials in its headers, plain or as a part of
 * a URL, and cut at 2000 characters.
 */
export function safeMessages(headers: Readonly<Record<string, string>>): (text: string) => string {
  const credentials = Object.entries(headers)
    .filter(([name]) => !PLAIN_HEADER.test(name))
    .flatMap(([, value]) => [value, value.replace(/^\S+\s+/, '')])
    .filter((value) => value.length >= LEAST_CREDENTIAL)
    .flatMap(inUrls)
    .sort((one, other) => other.length - one.length);
  return (text) => {
    const without = credentials.reduce((left, credential) => left.replaceAll(credential, '[key]'), text);
    // A cut may part the two halves of a character.
    return safeText(without).slice(0, MAX_CHARACTERS).toWellFormed();
  };
}

/** A value and its spellings in URLs, whose bytes may be written in either case. */
function inUrls(value: string): string[] {
  const encoded = encodeURIComponent(value.toWellFormed());
  return [value, encoded, encoded.replace(/%../g, (byte) => byte.toLowerCase())];
}
