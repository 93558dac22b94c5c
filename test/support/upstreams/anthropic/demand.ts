import { isObject, type JsonObject } from '../kit/json';

/** A request that the vendor would refuse: an `errored` row. */
export class ParamsError extends Error {}

export function demand(holds: unknown, message: string): asserts holds {
  if (!holds) throw new ParamsError(message);
}

/** Refuses members that the vendor's types do not have. */
export function demandOnly(object: JsonObject, known: readonly string[], at: string): void {
  const extra = Object.keys(object).find((key) => !known.includes(key));
  demand(extra === undefined, `${at}${extra}: Extra inputs are not permitted`);
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

export function isTextBlocks(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.every(
    (block) => isObject(block) && block['type'] === 'text' && isText(block['text']) && isCached(block['cache_control']),
  );
}

/** Whether a block's mark for the cache, if it has one, is as the vendor takes it. */
export function isCached(mark: unknown): boolean {
  return mark === undefined || (isObject(mark) && mark['type'] === 'ephemeral');
}
