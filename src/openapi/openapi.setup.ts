import type { INestApplication } from '@nestjs/common';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { createOpenApiDocument } from './openapi.document';
import { operationsOf, type Operation } from './operations';
import { CREATE_BATCH } from './reference-shape';

const TITLE = 'Meshbatch API';
/** Needs no provider's key. */
const EXAMPLE = {
  requests: [
    { custom_id: 'request-1', body: { model: 'sandbox/echo', messages: [{ role: 'user', content: 'Hello' }] } },
  ],
};

/** Serves the document at /openapi.json and Swagger UI at /docs, from this process alone. */
export function setUpOpenApi(app: INestApplication): void {
  const document = createOpenApiDocument(app);
  SwaggerModule.setup('openapi', app, document, { ui: false, raw: ['json'], jsonDocumentUrl: 'openapi.json' });
  SwaggerModule.setup('docs', app, forSwaggerUi(document), {
    raw: false,
    customSiteTitle: TITLE,
    // Without a validator the UI asks nobody outside for a badge.
    swaggerOptions: { persistAuthorization: true, validatorUrl: null },
  });
}

/**
 * Swagger UI asks for a required `Authorization` parameter before it sends anything, then ignores what was typed: it
 * sends the key of its Authorize dialog. So it gets the document without that parameter, and a batch that can be sent as
 * it stands.
 */
function forSwaggerUi(document: OpenAPIObject): OpenAPIObject {
  const copy = structuredClone(document);
  for (const operation of operationsOf(copy)) {
    operation.parameters = operation.parameters?.filter(
      (parameter) => !('in' in parameter && parameter.in === 'header' && parameter.name === 'Authorization'),
    );
    if (operation.operationId === CREATE_BATCH) showExample(operation);
  }
  return copy;
}

function showExample({ requestBody }: Operation): void {
  const json = requestBody && 'content' in requestBody ? requestBody.content['application/json'] : undefined;
  if (json) json.example = EXAMPLE;
}
