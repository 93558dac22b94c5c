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

/** `{error: {code, type, message}}`, the shape that most vendors share; anything else has no code and no message. */
export const readOpenAiRefusal: RefusalReader = (_status, body) => {
  const { error } = Object(body) as { error?: unknown };
  const { code, type, message } = Object(error) as { code?: unknown; type?: unknown; message?: unknown };
  const named = [code, type].find((value) => typeof value === 'string');
  return {
    ...(typeof named === 'string' && { code: named }),
    ...(typeof message === 'string' && { message }),
  };
};
