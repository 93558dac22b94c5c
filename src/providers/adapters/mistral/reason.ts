import type { RefusalFacts, RefusalReader } from '../../upstream/refusal';
import { safeText } from '../../upstream/scrub';
import { refusalWire, type ComplaintWire, type RefusalWire } from './mistral.wire';

/** Why the vendor refused; null where it does not say. */
export interface Reason {
  readonly message: string | null;
  readonly type: string | null;
  readonly code: string | null;
  /** The line at fault of what was uploaded, 1-based. */
  readonly line: number | null;
}

/** Complaints that are told of one refusal; a request can have hundreds. */
const MOST_COMPLAINTS = 3;
/** Lines that are told of one refusal. */
const MOST_LINES = 100;
/** The code where the vendor gives none, as of the files that it was seen to refuse. */
const REJECTED = 'provider_rejected';
const SILENT: Reason = { message: null, type: null, code: null, line: null };

/**
 * Reads a refusal in any of the vendor's ways to word one. The lines of an upload are counted from 1: seen in a 422 to the
 * upload of a file of one line, `{"detail":"Invalid file format.","errors":[{"message":…,"line_number":1}]}`.
 */
export function readReason(json: unknown): Reason {
  const wire = refusalWire.safeParse(json);
  if (!wire.success) return SILENT;
  const { type, code } = wire.data;
  const named = (wire.data.errors ?? []).find(({ line_number: line }) => isLine(line));
  return {
    message: messageOf(wire.data),
    type: asText(type),
    code: asText(code) ?? complaintsIn(wire.data)[0]?.type ?? null,
    line: named?.line_number ?? null,
  };
}

/** The answer to a call that the vendor refused. Where it names several lines, each is told. */
export const readMistralRefusal: RefusalReader = (_status, body) => {
  const { message, type, code, line } = readReason(body);
  const named = code ?? type;
  const reasons = lineReasons(body, safeText(named ?? REJECTED));
  return {
    ...(named !== null && { code: named }),
    ...(message !== null && { message }),
    ...(line !== null && { line }),
    ...(reasons.length > 1 && { reasons }),
  };
};

/** The first complaint of each line at fault. */
function lineReasons(json: unknown, code: string): NonNullable<RefusalFacts['reasons']> {
  const messages = new Map<number, string>();
  for (const { line_number: line, message } of refusalWire.safeParse(json).data?.errors ?? []) {
    if (!isLine(line) || messages.has(line)) continue;
    if (messages.size === MOST_LINES) break;
    messages.set(line, message);
  }
  return [...messages].map(([line, message]) => ({ code, message: safeText(message), line }));
}

function messageOf(wire: RefusalWire): string | null {
  const { message, detail, description, errors } = wire;
  const bad = errors?.find(({ line_number: line }) => isLine(line)) ?? errors?.[0];
  if (bad) return bad.message;
  const complaints = complaintsIn(wire);
  if (complaints.length > 0) return complaints.slice(0, MOST_COMPLAINTS).map(told).join('; ');
  if (typeof message === 'string') return message;
  return [message?.detail, description, detail].find((text) => typeof text === 'string') ?? null;
}

function complaintsIn({ message, detail }: RefusalWire): ComplaintWire[] {
  const nested = typeof message === 'object' ? message?.detail : null;
  return [nested, detail].find((list) => Array.isArray(list)) ?? [];
}

/** Where and what: the value itself, which the vendor repeats, stays out. */
function told({ loc, msg }: ComplaintWire): string {
  return loc.length > 0 ? `${loc.join('.')}: ${msg}` : msg;
}

function isLine(line: number | null | undefined): line is number {
  return Number.isInteger(line) && Number(line) >= 1;
}

function asText(word: string | number | null | undefined): string | null {
  return word === null || word === undefined ? null : String(word);
}
