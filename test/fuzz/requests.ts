import { gzipSync } from 'node:zlib';
import type { OpenAPIObject } from '@nestjs/swagger';
import fc from 'fast-check';
import { requiredHeaders, walk, type ServedOperation } from '../support/service/openapi-walk';
import { nasty, SchemaValues } from './schema-values';

/** One request as it goes out, and the operation of the document that it was made from. */
export interface FuzzRequest {
  readonly operation: ServedOperation;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
}

export interface Ids {
  /** By path parameter; what is deleted has a list of its own, as `DELETE batch_id`. */
  readonly [parameter: string]: readonly string[];
}

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly schema?: object;
  readonly style?: string;
}

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'];
const TOKENS = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ',',
  ':',
  '\\',
  '\\ud800',
  '\0',
  '1e999',
  '-',
  'null',
  '"__proto__":1,',
  '\u00e9',
  '\ufeff',
];
const BOUNDARY = 'x-boundary-x';
const nastyHead = fc.string({ maxLength: 40 });
const LEGAL_HEADER = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Requests that the document allows, and such as it does not, in every way that we could think of. */
export function requests(document: OpenAPIObject, keys: readonly string[], ids: Ids): fc.Arbitrary<FuzzRequest> {
  const values = new SchemaValues(document);
  return fc.oneof(
    ...walk(document).map((operation) => ({
      // The create has by far the most to go wrong.
      weight: operation.operation.requestBody ? 8 : 1,
      arbitrary: requestOf(operation, values, keys, ids),
    })),
  );
}

function requestOf(operation: ServedOperation, values: SchemaValues, keys: readonly string[], ids: Ids) {
  return fc
    .record({
      method: rarely(operation.method, fc.constantFrom(...METHODS)),
      path: pathOf(operation, ids),
      query: queryOf(operation, values),
      headers: fc
        .tuple(headersOf(keys), rarely(requiredHeaders(operation.operation), fc.constant({})))
        .map(([own, required]) => ({ ...required, ...own })),
      body: bodyOf(operation, values),
    })
    .map(({ method, path, query, headers, body }): FuzzRequest => {
      const sent = method === 'GET' || method === 'HEAD' ? null : body;
      const all = { ...sent?.headers, ...headers, ...(sent && { 'content-length': String(sent.bytes.length) }) };
      return { operation, method, path: `${path}${query}`, headers: all, body: sent?.bytes ?? null };
    });
}

const rarely = <T>(usual: T, other: fc.Arbitrary<T>, weight = 30): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });

function pathOf({ method, path, pathParameters }: ServedOperation, ids: Ids): fc.Arbitrary<string> {
  const fillings = pathParameters.map((name) => {
    const known = fc.constantFrom(...(ids[`${method} ${name}`] ?? ids[name] ?? ['x']));
    const mutated = fc
      .tuple(known, nasty, fc.nat(30))
      .map(([id, text, at]) => id.slice(0, at) + text + id.slice(at + 1));
    return fc.oneof(
      { weight: 4, arbitrary: known },
      { weight: 1, arbitrary: mutated.map((text) => encodeURIComponent(text.toWellFormed())) },
      { weight: 1, arbitrary: fc.stringMatching(/^[\x21-\x7e]{1,30}$/) },
    );
  });
  return (
    fc
      .tuple(...fillings)
      .map((filled) =>
        pathParameters.reduce((text, name, index) => text.replace(`{${name}}`, () => filled[index] ?? ''), path),
      )
      // A path of another operation would be answered as that one.
      .map((text) => text.replaceAll(/[?#]/g, 'x'))
  );
}

function queryOf({ operation }: ServedOperation, values: SchemaValues): fc.Arbitrary<string> {
  const named = ((operation.parameters ?? []) as Parameter[]).filter((parameter) => parameter.in === 'query');
  const pairs = named.map(({ name, schema, style }) =>
    fc.tuple(
      style === 'deepObject' ? nasty.map((key) => `${name}[${key}]`) : fc.constant(name),
      values.of(schema, name),
    ),
  );
  const pair = fc.oneof(...pairs, fc.tuple(nasty, nasty));
  const written = fc
    .array(pair, { maxLength: 3 })
    .map((all) => all.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&'));
  const raw = fc.stringMatching(/^[\x21-\x7e]{0,40}$/);
  return fc
    .oneof({ weight: 8, arbitrary: written }, { weight: 1, arbitrary: raw })
    .map((text) => (text === '' ? '' : `?${text}`));
}

function encode(value: unknown): string {
  return encodeURIComponent((typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).toWellFormed());
}

function headersOf(keys: readonly string[]): fc.Arbitrary<Record<string, string>> {
  const [key = ''] = keys;
  const text = fc.oneof(nasty, fc.string()).filter((value) => LEGAL_HEADER.test(value));
  const other = fc.oneof(
    fc.constantFrom(...keys).map((one) => `Bearer ${one}`),
    text,
  );
  const optional = fc.record(
    {
      'x-request-id': text,
      'x-mesh-version': fc.oneof(fc.constantFrom('2026-08', '2026-09', '2026-09,2026-09'), text),
      range: fc.oneof(fc.constantFrom('bytes=0-0', 'bytes=-1', 'bytes=5-', 'bytes=9-1', 'bytes=0-1,3-4'), text),
      'accept-encoding': fc.oneof(fc.constantFrom('gzip', 'gzip;q=0', '*'), text),
      accept: text,
      'last-event-id': fc.oneof(fc.constantFrom('1', '5', '6'), text),
      'idempotency-key': fc.oneof(fc.constantFrom('again', 'once more'), text),
      'x-completion-window': text,
      'x-metadata': fc.oneof(fc.json(), text).filter((value) => LEGAL_HEADER.test(value)),
      expect: fc.constant('100-continue'),
    },
    { requiredKeys: [] },
  );
  return fc
    .tuple(rarely(`Bearer ${key}`, other), rarely({}, optional, 2))
    .map(([authorization, rest]) => ({ ...(rest as Record<string, string>), authorization }));
}

interface Body {
  readonly bytes: Buffer;
  readonly headers: Record<string, string>;
}

function bodyOf({ operation }: ServedOperation, values: SchemaValues): fc.Arbitrary<Body | null> {
  const { requestBody } = operation;
  if (requestBody && 'content' in requestBody && requestBody.content['multipart/form-data']) return formOf();
  const schema = requestBody && 'content' in requestBody ? requestBody.content['application/json']?.schema : undefined;
  if (!schema)
    return rarely<Body | null>(
      null,
      fc.json().map((text) => ({ bytes: Buffer.from(text), headers: {} })),
      4,
    );
  const json = values.of(schema).map((value) => Buffer.from(JSON.stringify(value) ?? ''));
  const bytes = fc.oneof({ weight: 2, arbitrary: json }, { weight: 3, arbitrary: json.chain(mutations) });
  const type = rarely(
    'application/json',
    fc.constantFrom('application/x-ndjson', 'text/plain', 'application/json;x', ''),
    12,
  );
  const encoding = rarely('', fc.constantFrom('gzip', 'broken gzip', 'br'), 12);
  return fc.tuple(bytes, type, encoding).map(([plain, contentType, how]): Body => ({
    bytes: how === 'gzip' ? gzipSync(plain) : plain,
    headers: {
      ...(contentType !== '' && { 'content-type': contentType }),
      ...(how !== '' && { 'content-encoding': how.replace('broken ', '') }),
    },
  }));
}

/** An upload, and what is none: parts in any order, left out, doubled, named otherwise, and bytes that are no form. */
function formOf(): fc.Arbitrary<Body> {
  const line = '{"custom_id":"a","url":"/v1/chat/completions","body":{"model":"sandbox/echo","messages":[]}}';
  const content = fc.oneof(fc.constant(Buffer.from(line)), mutations(Buffer.from(`${line}\n${line}`)));
  const text = rarely('batch', fc.string({ maxLength: 50 }), 8).map((value) => Buffer.from(value));
  const names = fc.constantFrom(
    'expires_after[anchor]',
    'expires_after[seconds]',
    'expires_after',
    'x',
    '',
    '__proto__',
  );
  const file = fc.record({ head: rarely('name="file"; filename="x"', nastyHead, 8), content });
  const purpose = fc.record({ head: rarely('name="purpose"', nastyHead, 8), content: text });
  const other = fc.record({ head: names.map((name) => `name="${name}"`), content: text });
  const parts = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(file, purpose) },
    fc.array(fc.oneof(file, purpose, other), { maxLength: 6 }),
  );
  const form = parts.map((all) => {
    const written = all.flatMap(({ head, content: bytes }) => [
      Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`),
      bytes,
      Buffer.from('\r\n'),
    ]);
    return Buffer.concat([...written, Buffer.from(`--${BOUNDARY}--\r\n`)]);
  });
  const type = rarely(
    `multipart/form-data; boundary=${BOUNDARY}`,
    fc.constantFrom('multipart/form-data', 'text/plain'),
    12,
  );
  return fc
    .tuple(fc.oneof({ weight: 3, arbitrary: form }, { weight: 1, arbitrary: form.chain(mutations) }), type)
    .map(([bytes, contentType]) => ({ bytes, headers: { 'content-type': contentType } }));
}

/** The bytes with something cut out, put in, turned over or repeated, once or several times. */
function mutations(bytes: Buffer): fc.Arbitrary<Buffer> {
  const at = fc.nat(Math.max(0, bytes.length - 1));
  const token = fc.oneof(
    fc.constantFrom(...TOKENS).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 4 }).map(Buffer.from),
  );
  const cut = fc.tuple(at, at).map(
    ([from, to]) =>
      (all: Buffer) =>
        Buffer.concat([all.subarray(0, from), all.subarray(to)]),
  );
  const put = fc.tuple(at, token).map(
    ([from, text]) =>
      (all: Buffer) =>
        Buffer.concat([all.subarray(0, from), text, all.subarray(from)]),
  );
  const end = at.map((from) => (all: Buffer) => all.subarray(0, from));
  return fc
    .array(fc.oneof(cut, put, end), { minLength: 1, maxLength: 3 })
    .map((steps) => steps.reduce((all, step) => step(all), bytes));
}
