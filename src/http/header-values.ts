import type { IncomingMessage } from 'node:http';

/**
 * Every value that a header was given, in order, by its name in lower case. Read off the raw headers, which are all that a request has
 * which a framework hands to its application without a server.
 */
export function headerValues({ rawHeaders }: IncomingMessage, name: string): string[] {
  return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);
}
