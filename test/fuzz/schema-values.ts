import type { OpenAPIObject } from '@nestjs/swagger';
import fc from 'fast-check';

/** What we read of a JSON schema of the document. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** Values by which a field gets past its first check, which the document cannot name, most often the first; else nothing would get further. */
const KNOWN: Readonly<Record<string, readonly unknown[]>> = {
  model: ['sandbox/echo', 'sandbox/flaky', 'sandbox/none', 'none'],
  url: ['/v1/chat/completions', '/v1/embeddings', '/v1/none'],
  method: ['POST', 'GET'],
  completion_window: ['24h', '1h', '7d'],
  messages: [[{ role: 'user', content: 'hi' }], [], [{ role: 'user', content: '[fail]' }]],
  limit: [1, 0, 100, 101, -1, '1e3'],
};
const NASTY = [
  '',
  '\0',
  '\n',
  '"',
  '\\',
  '__proto__',
  'constructor',
  '../..',
  '%00',
  '\ud800',
  '🦊',
  'a'.repeat(5000),
  "'--",
];
const MAX_DEPTH = 4;

/** Any text, of those that break things more often than by chance. */
export const nasty: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

/** Values of the document's schemas: mostly right, now and then wrong in one place. */
export class SchemaValues {
  constructor(private readonly document: OpenAPIObject) {}

  of(schema: object | undefined, name = '', depth = 0): fc.Arbitrary<unknown> {
    const right = this.right(schema ?? {}, name, depth);
    const known = KNOWN[name];
    const wrong = fc.oneof(fc.jsonValue({ maxDepth: 2 }), nasty);
    return fc.oneof(
      { weight: 40, arbitrary: known ? fc.constant(known[0]) : right },
      { weight: known ? 2 : 0, arbitrary: fc.constantFrom(...(known ?? [''])) },
      { weight: known ? 1 : 0, arbitrary: right },
      { weight: 1, arbitrary: wrong },
    );
  }

  private right(schema: Schema, name: string, depth: number): fc.Arbitrary<unknown> {
    const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
    if (schema.$ref !== undefined) return this.right(this.resolve(schema.$ref), name, depth);
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (schema.enum) return fc.constantFrom(...schema.enum);
    if (choices) return fc.oneof(...choices.map((choice) => this.right(choice, name, depth)));
    const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['any']);
    return fc.oneof(...types.map((type) => this.typed(type, schema, depth)));
  }

  private typed(type: string, schema: Schema, depth: number): fc.Arbitrary<unknown> {
    const { minimum: min = -1000, maximum: max = 1000 } = schema;
    switch (type) {
      case 'null':
        return fc.constant(null);
      case 'boolean':
        return fc.boolean();
      case 'integer':
        return fc.integer({ min, max });
      case 'number':
        return fc.double({ min, max });
      case 'string':
        return schema.pattern === undefined
          ? fc.string({ maxLength: 20 })
          : fc.stringMatching(new RegExp(schema.pattern));
      case 'array':
        return depth > MAX_DEPTH
          ? fc.constant([])
          : fc.array(this.of(schema.items, '', depth + 1), { maxLength: 4, size: 'small' });
      case 'object':
        return this.object(schema, depth);
      default:
        return fc.jsonValue({ maxDepth: 2 });
    }
  }

  private object({ properties, required = [] }: Schema, depth: number): fc.Arbitrary<unknown> {
    if (depth > MAX_DEPTH) return fc.constant({});
    if (!properties) return fc.dictionary(fc.string({ maxLength: 10 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 });
    const fields = Object.entries(properties).map(([key, schema]) => [key, this.of(schema, key, depth + 1)] as const);
    // A field that the document leaves open has its own: every item has a body that names a model.
    const all = Object.fromEntries(fields.map(([key, value]) => [key, key === 'body' ? this.itemBody(value) : value]));
    return fc.record(all, {
      requiredKeys: [...required, ...(depth === 0 ? [] : ['custom_id'])].filter((key) => key in all),
    });
  }

  private itemBody(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
    const named = { model: this.of({ type: 'string' }, 'model'), messages: this.of({ type: 'array' }, 'messages') };
    const sampling = { temperature: fc.double({ min: 0, max: 2, noNaN: true }), n: fc.integer(), stream: fc.boolean() };
    return fc.oneof(
      { weight: 10, arbitrary: fc.record({ ...named, ...sampling }, { requiredKeys: ['model', 'messages'] }) },
      { weight: 1, arbitrary: value },
    );
  }

  private resolve(ref: string): Schema {
    const path = ref.replace(/^#\//, '').split('/');
    return path.reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], this.document) as Schema;
  }
}
