import type { OpenAPIObject } from '@nestjs/swagger';

type Json = null | boolean | number | string | Json[] | JsonObject;
type JsonObject = { [key: string]: Json };

/** The route that must read as the reference does. */
export const CREATE_BATCH = 'create-batch-v-1-batches-post';

/** Keywords whose value is data of the API's users, not a schema. */
const DATA_KEYWORDS = new Set(['default', 'enum', 'const', 'example', 'examples']);
const NULL: JsonObject = { type: 'null' };

/**
 * Gives a generated document the shape of the reference where decorators cannot: null as a type, as OpenAPI 3.1 has it;
 * values of any type without a `type`; and a create whose body is not marked as required. The result is plain JSON.
 */
export function toReferenceShape(document: OpenAPIObject): OpenAPIObject {
  const json = JSON.parse(JSON.stringify(document)) as JsonObject;
  return withOptionalCreateBody(reshape(json) as unknown as OpenAPIObject);
}

function reshape(node: Json): Json {
  if (Array.isArray(node)) return node.map(reshape);
  if (!isObject(node)) return node;
  const entries = Object.entries(node).map(([key, value]): [string, Json] => {
    // Below `properties` a key is the name of a field, which may read like a keyword.
    if (key === 'properties' && isObject(value)) return [key, mapValues(value, reshape)];
    return [key, DATA_KEYWORDS.has(key) ? value : reshape(value)];
  });
  return withNullType(withoutAnyType(Object.fromEntries(entries)));
}

/** Nest writes `type: object` for a property whose type it does not know. */
function withoutAnyType(schema: JsonObject): JsonObject {
  if (schema.type !== 'object' || typeof schema.description !== 'string') return schema;
  if (!/^Any type\b/.test(schema.description)) return schema;
  const { type: _type, ...rest } = schema;
  return rest;
}

function withNullType(schema: JsonObject): JsonObject {
  if (typeof schema.nullable !== 'boolean') return schema;
  const { nullable, ...rest } = schema;
  if (!nullable) return rest;
  // Nest wraps a $ref that has a description or a null of its own into an allOf of one; the type beside it lets no null through.
  if (Array.isArray(rest.allOf)) {
    const { type: _type, ...others } = rest;
    return withoutKey(others, 'allOf', { oneOf: [...oneSchema(rest.allOf), NULL] });
  }
  if (typeof rest.type === 'string') {
    const type = [rest.type, 'null'];
    return Array.isArray(rest.enum) ? { ...rest, type, enum: [...rest.enum, null] } : { ...rest, type };
  }
  if (typeof rest.$ref === 'string') return withoutKey(rest, '$ref', { oneOf: [{ $ref: rest.$ref }, NULL] });
  if (Array.isArray(rest.oneOf)) return { ...rest, oneOf: [...rest.oneOf, NULL] };
  if (Array.isArray(rest.anyOf)) return { ...rest, anyOf: [...rest.anyOf, NULL] };
  return rest;
}

const oneSchema = (allOf: Json[]): Json[] => (allOf.length === 1 ? allOf : [{ allOf }]);

function withoutKey(schema: JsonObject, key: string, instead: JsonObject): JsonObject {
  const { [key]: _gone, ...rest } = schema;
  return { ...rest, ...instead };
}

function withOptionalCreateBody(document: OpenAPIObject): OpenAPIObject {
  for (const { post } of Object.values(document.paths)) {
    if (post?.operationId === CREATE_BATCH && post.requestBody && 'required' in post.requestBody) {
      delete post.requestBody.required;
    }
  }
  return document;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapValues(object: JsonObject, map: (value: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}
