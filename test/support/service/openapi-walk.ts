import type { OpenAPIObject } from '@nestjs/swagger';
import { operationsOf, type Operation } from '../../../src/openapi/operations';
import type { TestService } from './test-service';

/** One operation of the document that a service serves, by its place in the API. */
export interface ServedOperation {
  /** Such as `GET`. */
  readonly method: string;
  /** As documented, such as `/v1/batches/{batch_id}`. */
  readonly path: string;
  readonly operation: Operation;
  /** Names of what the path has to be filled with. */
  readonly pathParameters: readonly string[];
  /** Whether anybody may ask, without a key. */
  readonly isOpen: boolean;
}

/** The document that the service itself serves. */
export async function servedDocument({ url }: Pick<TestService, 'url'>): Promise<OpenAPIObject> {
  return (await (await fetch(`${url}/openapi.json`)).json()) as OpenAPIObject;
}

/** Every operation of a document: a route that is added to the service is among them without being named anywhere. */
export function walk(document: OpenAPIObject): ServedOperation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>)
      .filter(([, operation]) => operationsOf({ ...document, paths: { [path]: item } }).includes(operation))
      .map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        operation,
        pathParameters: [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name ?? ''),
        isOpen: operation.security?.length === 0,
      })),
  );
}

/** The headers that an operation asks for, beside the key, each with a value that is taken. */
export function requiredHeaders({ parameters = [] }: Operation): Record<string, string> {
  const headers = parameters.flatMap((parameter): [string, string][] => {
    if (!('in' in parameter) || parameter.in !== 'header' || !parameter.required) return [];
    const { schema } = parameter;
    const taken: unknown = schema && 'enum' in schema ? schema.enum?.[0] : undefined;
    return typeof taken === 'string' ? [[parameter.name, taken]] : [];
  });
  return Object.fromEntries(headers);
}
