import { isFields, refuseOthers, type Fields, type Refuse } from './checks';

/** What is known of the top-level fields of a body. */
export interface FieldRules {
  /** Fields that are translated, each checked where it is. */
  readonly translated: readonly string[];
  /** Fields that are left out, since they change nothing in what a batch answers. */
  readonly dropped: readonly string[];
  /** Fields without an equal, and the one value of each that asks for what is done anyway. */
  readonly neutral: ReadonlyMap<string, unknown>;
}

/** The members of a body, once its unknown ones are refused; null when it is no object. */
export function readFields(body: Buffer, rules: FieldRules, refuse: Refuse): Fields | null {
  const fields = JSON.parse(body.toString('utf8')) as unknown;
  if (!isFields(fields)) {
    refuse([], 'Must be an object');
    return null;
  }
  const { translated, dropped, neutral } = rules;
  const kept = Object.entries(fields).filter(([key, value]) => !neutral.has(key) || neutral.get(key) !== value);
  refuseOthers(Object.fromEntries(kept), [...translated, ...dropped], [], refuse);
  return fields;
}
