import { isObject } from '../kit/json';
import { MESSAGES, type Kind, type MessageName, type Scalar } from './schema';

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const INT32 = 2 ** 31;

/** A field that the vendor's parser does not take: where it is, in the parser's own spelling, and what is wrong. */
export interface ShapeFault {
  readonly at: string;
  /** The field, when the message has none of this name. */
  readonly unknown: string | null;
}

/** The first fault of a message, which the vendor finds when it parses a create; null when there is none. */
export function shapeFault(value: unknown, message: MessageName, at: string): ShapeFault | null {
  return faultOf(value, { message }, at);
}

function faultOf(value: unknown, kind: Kind, at: string): ShapeFault | null {
  const wrong = { at, unknown: null };
  if (typeof kind === 'string') return isScalar(value, kind) ? null : wrong;
  if ('words' in kind) return typeof value === 'string' && kind.words.includes(value) ? null : wrong;
  if ('list' in kind) {
    if (!Array.isArray(value)) return wrong;
    return firstOf(value.map((each: unknown, index) => () => faultOf(each, kind.list, `${at}[${index}]`)));
  }
  if (!isObject(value)) return wrong;
  const fields = MESSAGES[kind.message];
  return firstOf(
    Object.entries(value).map(([key, member]) => () => {
      const known = fields[key];
      if (known === undefined) return { at, unknown: key };
      return faultOf(member, known, `${at}${at === '' ? '' : '.'}${snakeCase(key)}`);
    }),
  );
}

function firstOf(checks: readonly (() => ShapeFault | null)[]): ShapeFault | null {
  for (const check of checks) {
    const fault = check();
    if (fault) return fault;
  }
  return null;
}

function isScalar(value: unknown, kind: Scalar): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string';
    case 'bytes':
      return typeof value === 'string' && BASE64.test(value);
    case 'number':
      return typeof value === 'number';
    case 'int':
      return Number.isInteger(value) && Math.abs(Number(value)) <= INT32;
    case 'flag':
      return typeof value === 'boolean';
    case 'struct':
      return isObject(value);
    case 'any':
      return value !== undefined;
  }
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
