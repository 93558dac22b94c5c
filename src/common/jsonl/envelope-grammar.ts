import { BYTE_ORDER_MARK, Byte } from './json-bytes';

/** Where the reader is between two values of the envelope. */
export type Place =
  | 'start'
  | 'in_byte_order_mark'
  | 'byte_order_mark_end'
  | 'root'
  | 'first_key'
  | 'key'
  | 'colon'
  | 'value'
  | 'array_colon'
  | 'array_value'
  | 'first_item'
  | 'item'
  | 'after_item'
  | 'after_array'
  | 'after_value'
  | 'end';

/** A value that begins at a place, and the place behind it. */
interface Value {
  what: 'root' | 'key' | 'field' | 'item';
  then: Place;
  /** The only byte the value may begin with; any that begins a JSON value when absent. */
  first?: number;
}

/** What may come at a place: a single byte that leads to another place or, failing that, a value. */
interface Rule {
  tokens: ReadonlyMap<number, Place>;
  value: Value | null;
}

const WHITE_SPACE = [Byte.SPACE, Byte.LINE_FEED, Byte.CARRIAGE_RETURN, Byte.TAB];
const [MARK_1, MARK_2, MARK_3] = BYTE_ORDER_MARK;

const ROOT: Value = { what: 'root', then: 'end' };
const KEY: Value = { what: 'key', then: 'colon', first: Byte.QUOTE };
const FIELD: Value = { what: 'field', then: 'after_value' };
const ITEM: Value = { what: 'item', then: 'after_item' };

/** The grammar of the envelope. The colon of the streamed key has a place of its own, so that its `[` is known. */
export const ENVELOPE: Record<Place, Rule> = {
  start: rule(
    'root',
    [
      [MARK_1, 'in_byte_order_mark'],
      [Byte.OPEN_BRACE, 'first_key'],
    ],
    ROOT,
  ),
  in_byte_order_mark: { tokens: new Map([[MARK_2, 'byte_order_mark_end']]), value: null },
  byte_order_mark_end: { tokens: new Map([[MARK_3, 'root']]), value: null },
  root: rule('root', [[Byte.OPEN_BRACE, 'first_key']], ROOT),
  first_key: rule('first_key', [[Byte.CLOSE_BRACE, 'end']], KEY),
  key: rule('key', [], KEY),
  colon: rule('colon', [[Byte.COLON, 'value']], null),
  value: rule('value', [], FIELD),
  array_colon: rule('array_colon', [[Byte.COLON, 'array_value']], null),
  array_value: rule('array_value', [[Byte.OPEN_BRACKET, 'first_item']], FIELD),
  first_item: rule('first_item', [[Byte.CLOSE_BRACKET, 'after_array']], ITEM),
  item: rule('item', [], ITEM),
  after_item: rule(
    'after_item',
    [
      [Byte.COMMA, 'item'],
      [Byte.CLOSE_BRACKET, 'after_array'],
    ],
    null,
  ),
  after_array: rule(
    'after_value',
    [
      [Byte.COMMA, 'key'],
      [Byte.CLOSE_BRACE, 'end'],
    ],
    null,
  ),
  after_value: rule(
    'after_value',
    [
      [Byte.COMMA, 'key'],
      [Byte.CLOSE_BRACE, 'end'],
    ],
    null,
  ),
  end: rule('end', [], null),
};

function rule(afterSpace: Place, tokens: readonly (readonly [number, Place])[], value: Value | null): Rule {
  const spaces = WHITE_SPACE.map((byte) => [byte, afterSpace] as const);
  return { tokens: new Map([...spaces, ...tokens]), value };
}
