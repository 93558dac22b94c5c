import type { ValidationError } from 'class-validator';
import type { Fault } from './meshbatch-error';

/** Constraint of class-validator → the reference's `type`; where several fail, the first of this list is told. */
const FAULT_TYPES: Readonly<Record<string, string>> = {
  isDefined: 'missing',
  isObject: 'dict_type',
  isArray: 'list_type',
  isString: 'string_type',
  isInt: 'int_parsing',
  isBoolean: 'bool_parsing',
  arrayNotEmpty: 'too_short',
  arrayMaxSize: 'too_long',
  minLength: 'string_too_short',
  maxLength: 'string_too_long',
  min: 'greater_than_equal',
  max: 'less_than_equal',
  equals: 'literal_error',
  isIn: 'literal_error',
  matches: 'string_pattern_mismatch',
};
const ORDER = Object.keys(FAULT_TYPES);

/** What class-validator found, as faults located below `prefix`. */
export function toFaults(errors: readonly ValidationError[], prefix: readonly (string | number)[]): Fault[] {
  return errors.flatMap((error) => {
    const loc = [...prefix, /^\d+$/.test(error.property) ? Number(error.property) : error.property];
    const own = ownFault(error, loc);
    return [...(own ? [own] : []), ...toFaults(error.children ?? [], loc)];
  });
}

function ownFault(error: ValidationError, loc: readonly (string | number)[]): Fault | null {
  const failed = Object.keys(error.constraints ?? {}).sort((a, b) => rank(a) - rank(b));
  const name = failed[0];
  if (name === undefined) return null;
  const nested = error.contexts?.[name] as { loc?: string; type?: string } | undefined;
  const at = nested?.loc === undefined ? loc : [...loc, nested.loc];
  if (error.value === undefined) return { loc: at, msg: 'Field required', type: 'missing' };
  return {
    loc: at,
    msg: error.constraints?.[name] ?? 'Invalid value',
    type: nested?.type ?? FAULT_TYPES[name] ?? 'value_error',
    ...(isShort(error.value) && { input: error.value }),
  };
}

function rank(constraint: string): number {
  const index = ORDER.indexOf(constraint);
  return index < 0 ? ORDER.length : index;
}

/** Only a short scalar is told back: a prompt does not belong in an error. */
function isShort(value: unknown): boolean {
  return (
    value === null || ['number', 'boolean'].includes(typeof value) || (typeof value === 'string' && value.length <= 64)
  );
}
