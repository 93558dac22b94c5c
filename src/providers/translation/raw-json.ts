import { Byte, skipWhiteSpace } from '../../common/jsonl/json-bytes';
import { objectFields } from '../../common/jsonl/object-fields';
import { singleLine } from '../../common/jsonl/replace-value';
import { StrictScanner } from '../../common/jsonl/strict-scanner';

/** Arrays and objects that may be open at once in what we take apart; JSON.parse has read it before. */
const MAX_DEPTH = 10_000;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** JSON that is written as it stands, so that a number keeps every digit. */
export class JsonText {
  private constructor(readonly json: string) {}

  /** Of valid JSON in a string: raw line ends can only be white space there, and half a surrogate pair only in a string. */
  static of(json: string): JsonText {
    const line = json.replaceAll(/[\r\n]/g, ' ');
    if (line.isWellFormed()) return new JsonText(line);
    return new JsonText(line.replaceAll(LONE_SURROGATE, (half) => `\\u${half.charCodeAt(0).toString(16)}`));
  }

  /** Of valid JSON in bytes. */
  static from(bytes: Buffer): JsonText {
    return new JsonText(singleLine(bytes).toString('utf8'));
  }
}

/** As JSON.stringify, on one line, with every {@link JsonText} spliced in. */
export function writeJson(value: unknown): string {
  if (value instanceof JsonText) return value.json;
  if (!holdsJsonText(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  const members = Object.entries(value as object).filter(([, member]) => member !== undefined);
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${writeJson(member)}`).join(',')}}`;
}

function holdsJsonText(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof JsonText) return true;
  for (const key in value) if (holdsJsonText((value as Record<string, unknown>)[key])) return true;
  return false;
}

/** The bytes of the value that the keys lead to, from an object down; null when there is none. The JSON must be valid. */
export function rawAt(json: Buffer, ...keys: readonly string[]): Buffer | null {
  let found = json;
  for (const key of keys) {
    // Of a key that occurs twice the last one counts, as for JSON.parse.
    const field = objectFields(found)?.findLast((each) => each.key === key);
    if (!field) return null;
    found = found.subarray(field.valueStart, field.valueEnd);
  }
  return found;
}

/** The bytes of each element of an array; none for any other value. The JSON must be valid. */
export function rawElements(json: Buffer): Buffer[] {
  const elements: Buffer[] = [];
  let pos = skipWhiteSpace(json, 0);
  if (json[pos] !== Byte.OPEN_BRACKET) return elements;
  const scanner = new StrictScanner(MAX_DEPTH);
  pos = skipWhiteSpace(json, pos + 1);
  while (pos < json.length && json[pos] !== Byte.CLOSE_BRACKET) {
    scanner.begin(0);
    const end = scanner.scan(json, pos, json.length, 0);
    elements.push(json.subarray(pos, end));
    const separator = skipWhiteSpace(json, end);
    pos = json[separator] === Byte.COMMA ? skipWhiteSpace(json, separator + 1) : separator;
  }
  return elements;
}
