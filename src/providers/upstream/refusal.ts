import type { CallFailure, ProviderCallError } from '../contract/errors';

/** What a refusal says beyond its status. */
export interface RefusalFacts {
  /** In place of what the status alone means. */
  readonly failure?: CallFailure;
  readonly code?: string;
  readonly message?: string;
  /** The line of what was sent that is at fault, 1-based, where the vendor names one. */
  readonly line?: number;
  /** Where the vendor gives several reasons, each with its line. */
  readonly reasons?: ProviderCallError['details']['reasons'];
}

/** Reads the body of an answer that is no success; `body` is its JSON, undefined when it is none. */
export type RefusalReader = (status: number, body: unknown) => RefusalFacts;

/**
 * `{error: {code, type, message}}`, the shape that most vendors share, or FastAPI's `{detail}`, or a bare `{message}`; anything
 * else has no code and no message.
 */
export const readOpenAiRefusal: RefusalReader = (_status, body) => {
  const { error, detail, message: bare } = Object(body) as Record<string, unknown>;
  const { code, type, message: own } = Object(error) as Record<string, unknown>;
  const named = [code, type].find((value) => typeof value === 'string');
  const message = [own, messageOf(detail), bare].find((value) => typeof value === 'string');
  return {
    ...(typeof named === 'string' && { code: named }),
    ...(typeof message === 'string' && { message }),
  };
};

function messageOf(detail: unknown): string | undefined {
  if (typeof detail === 'string') return detail;
  return Array.isArray(detail) ? faultsIn(detail) : undefined;
}

/** What FastAPI says of the fields at fault, as `[{loc, msg, type}]`; undefined where it says nothing. */
export function faultsIn(list: readonly unknown[]): string | undefined {
  const faults = list.flatMap((fault: unknown) => {
    const { loc, msg } = Object(fault) as Record<string, unknown>;
    if (typeof msg !== 'string') return [];
    return Array.isArray(loc) && loc.length > 0 ? `${loc.map(String).join('.')}: ${msg}` : msg;
  });
  return faults.length === 0 ? undefined : faults.join('; ');
}
