import type { OpenAPIObject } from '@nestjs/swagger';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;

type PathItem = OpenAPIObject['paths'][string];
/** One operation of a document. */
export type Operation = NonNullable<PathItem[(typeof METHODS)[number]]>;

/** Every operation of the document. */
export function operationsOf(document: OpenAPIObject): Operation[] {
  return Object.values(document.paths).flatMap((path) => METHODS.flatMap((method) => path[method] ?? []));
}
