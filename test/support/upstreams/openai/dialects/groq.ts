import { OPENAI_DIALECT, sameUrls, type Dialect } from '../dialect';
import type { BatchObject } from '../types';

const MODELS = ['llama-3.1-8b-instant', 'llama-3.3-70b-versatile'];
const HOURS = { h: 1, d: 24 } as const;
const PAGE = 20;

/** Groq: longer windows, pages by cursor, and reasons in a bare list that is there on completed batches too. */
export const GROQ_DIALECT: Dialect = {
  ...OPENAI_DIALECT,
  prefix: '/openai/v1',
  create: {
    ...OPENAI_DIALECT.create,
    endpoints: sameUrls('/v1/chat/completions'),
    isWindow: (window) => hoursOf(window) >= 24 && hoursOf(window) <= 168,
  },
  lines: { ...OPENAI_DIALECT.lines, isKnownModel: (model) => MODELS.includes(model) },
  renderBatch: (batch) => ({ ...batch, errors: reasonsOf(batch) }),
  pageOfBatches: (all, query) => {
    const start = Number(Buffer.from(query.get('cursor') ?? '', 'base64url').toString() || 0);
    const end = start + PAGE;
    const cursor = end < all.length ? Buffer.from(String(end)).toString('base64url') : null;
    return { object: 'list', data: all.slice(start, end), paging: { next_cursor: cursor } };
  },
};

function reasonsOf({ errors, request_counts: { failed } }: BatchObject): readonly object[] {
  if (errors) return errors.data;
  return failed > 0 ? [{ code: 'invalid_request', message: `${failed} lines failed.`, param: null, line: null }] : [];
}

function hoursOf(window: string): number {
  const match = /^(\d+)([hd])$/.exec(window);
  return match ? Number(match[1]) * HOURS[match[2] as 'h' | 'd'] : NaN;
}
