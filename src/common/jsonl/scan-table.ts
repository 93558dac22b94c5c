/**
 * JSON's grammar as a table: TRANSITIONS[(state << 8) | byte] is the next state or, from FIRST_ACTION on, an action.
 * Only the nesting is not in the table; the scanner keeps it on a stack.
 */

/** States the scanner itself names. The two string states come first, so that one comparison tells them. */
export const State = {
  STRING: 0,
  KEY_STRING: 1,
  VALUE: 2,
  FIRST_ELEMENT: 3,
  FIRST_KEY: 4,
  AFTER_MEMBER: 5,
  AFTER_ELEMENT: 6,
} as const;

/** What a byte asks for beyond a new state. NUMBER_END does not consume its byte, the others do. */
export const Action = {
  OPEN_OBJECT: 0x80,
  OPEN_ARRAY: 0x81,
  CLOSE: 0x82,
  VALUE_END: 0x83,
  NUMBER_END: 0x84,
  ERROR: 0x85,
} as const;

/** The smallest number that is an action and not a state. */
export const FIRST_ACTION = 0x80;

const WHITE_SPACE = ' \t\n\r';
const DIGITS = '0123456789';
const HEX_DIGITS = `${DIGITS}abcdefABCDEF`;

const table = new Uint8Array(FIRST_ACTION << 8).fill(Action.ERROR);
let lastState: number = State.AFTER_ELEMENT;

function newState(): number {
  return ++lastState;
}

function on(state: number, characters: string, next: number): void {
  for (const character of characters) table[(state << 8) | character.charCodeAt(0)] = next;
}

function defineString(body: number, closed: number): void {
  table.fill(body, (body << 8) + 0x20, (body + 1) << 8);
  const escape = newState();
  on(body, '\\', escape);
  on(body, '"', closed);
  on(escape, '"\\/bfnrt', body);
  const hex = [newState(), newState(), newState(), newState()];
  on(escape, 'u', hex[0]!);
  hex.forEach((state, index) => on(state, HEX_DIGITS, hex[index + 1] ?? body));
}

/** Defines the states inside a number and returns those that its first byte leads to. */
function defineNumber(): { minus: number; zero: number; integer: number } {
  const [minus, zero, integer, point, fraction] = [newState(), newState(), newState(), newState(), newState()];
  const [exponent, exponentSign, exponentDigits] = [newState(), newState(), newState()];
  // Any other byte ends a complete number; what follows a value then decides whether that byte is right.
  for (const state of [zero, integer, fraction, exponentDigits]) {
    table.fill(Action.NUMBER_END, state << 8, (state + 1) << 8);
  }
  on(minus, '0', zero);
  on(minus, '123456789', integer);
  on(integer, DIGITS, integer);
  for (const state of [zero, integer]) on(state, '.', point);
  for (const state of [point, fraction]) on(state, DIGITS, fraction);
  for (const state of [zero, integer, fraction]) on(state, 'eE', exponent);
  on(exponent, '+-', exponentSign);
  for (const state of [exponent, exponentSign, exponentDigits]) on(state, DIGITS, exponentDigits);
  return { minus, zero, integer };
}

/** Defines the states inside a literal and returns the one that its first letter leads to. */
function defineLiteral(literal: string): number {
  const rest = [...literal.slice(1)].map((character) => ({ character, state: newState() }));
  rest.forEach(({ character, state }, index) => on(state, character, rest[index + 1]?.state ?? Action.VALUE_END));
  return rest[0]!.state;
}

function defineValues(): void {
  const number = defineNumber();
  const literals = ['true', 'false', 'null'].map((literal) => ({ letter: literal[0]!, state: defineLiteral(literal) }));
  for (const state of [State.VALUE, State.FIRST_ELEMENT]) {
    on(state, WHITE_SPACE, state);
    on(state, '"', State.STRING);
    on(state, '{', Action.OPEN_OBJECT);
    on(state, '[', Action.OPEN_ARRAY);
    on(state, '-', number.minus);
    on(state, '0', number.zero);
    on(state, '123456789', number.integer);
    for (const { letter, state: next } of literals) on(state, letter, next);
  }
  on(State.FIRST_ELEMENT, ']', Action.CLOSE);
}

function defineStructure(): void {
  const [key, colon] = [newState(), newState()];
  for (const state of [State.FIRST_KEY, key, colon, State.AFTER_MEMBER, State.AFTER_ELEMENT]) {
    on(state, WHITE_SPACE, state);
  }
  for (const state of [State.FIRST_KEY, key]) on(state, '"', State.KEY_STRING);
  on(colon, ':', State.VALUE);
  on(State.AFTER_MEMBER, ',', key);
  on(State.AFTER_ELEMENT, ',', State.VALUE);
  for (const state of [State.FIRST_KEY, State.AFTER_MEMBER]) on(state, '}', Action.CLOSE);
  on(State.AFTER_ELEMENT, ']', Action.CLOSE);
  defineString(State.KEY_STRING, colon);
}

defineValues();
defineString(State.STRING, Action.VALUE_END);
defineStructure();

/** See the top of this file. */
export const TRANSITIONS: Uint8Array = table;

/** 1 for the bytes that a JSON string may hold as they are: all but control characters, quote and backslash. */
export const PLAIN: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => (table[byte] === State.STRING ? 1 : 0));
