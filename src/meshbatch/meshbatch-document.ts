import type { INestApplication } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { createOpenApiDocument } from '../openapi/openapi.document';
import { API_MODULES } from './compose';

/**
 * The OpenAPI 3.1 document of Meshbatch's routes alone, at the paths that the host gave them. A host's own document also has
 * these routes, in the shape that its own settings give them.
 */
export function createMeshbatchDocument(app: INestApplication): OpenAPIObject {
  return createOpenApiDocument(app, API_MODULES);
}
