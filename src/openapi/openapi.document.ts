import type { INestApplication, Type } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { OPENAI_PATH } from '../auth/api-controller.decorator';
import { ErrorEnvelopeDto } from '../http/dto/error-envelope.dto';
import { documentErrors } from './error-responses';
import { operationsOf } from './operations';
import { toReferenceShape } from './reference-shape';

const API_VERSION = '1.0.0';
const DESCRIPTION =
  'One inline request, every provider’s batch API, one result shape. ' +
  'Batches and files also answer under `/openai/v1`, for OpenAI’s SDK as it is. ' +
  'An answer that is not a success has the body `ErrorEnvelope`, and every answer carries `X-Request-Id`.';

const TAG_DESCRIPTIONS: Readonly<Record<string, string>> = {
  subpackage_batch: 'Batches: create, follow, cancel',
  subpackage_files: 'What went into a batch and what came out, as JSON lines; what is uploaded to become one',
  subpackage_health: 'For orchestrators; no key is needed',
  subpackage_messages: 'Batches as Anthropic’s Message Batches API has them, at every provider',
  subpackage_models: 'The models that can be named in a batch',
  subpackage_webhooks: 'Where to hear of batches, and what was told there',
};

/**
 * The OpenAPI 3.1 document of the app's routes, equal to the reference where the reference speaks.
 * @param modules those whose routes are documented; all when left out
 */
export function createOpenApiDocument(app: INestApplication, modules: Type[] = []): OpenAPIObject {
  const base = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Meshbatch')
    .setDescription(DESCRIPTION)
    .setVersion(API_VERSION)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    // Not addBearerAuth, which adds a bearerFormat that the reference does not have.
    .addSecurity('HTTPBearer', { type: 'http', scheme: 'bearer' })
    .addSecurityRequirements('HTTPBearer')
    .build();
  const generated = SwaggerModule.createDocument(app, base, { include: modules, extraModels: [ErrorEnvelopeDto] });
  return withTags(withoutNoise(documentErrors(toReferenceShape(withoutSecondPaths(generated)))));
}

/** What answers for OpenAI's clients under a second path is documented once, and in a sentence. */
function withoutSecondPaths(document: OpenAPIObject): OpenAPIObject {
  const paths = Object.entries(document.paths).filter(([path]) => !path.includes(`/${OPENAI_PATH}/v1/`));
  return { ...document, paths: Object.fromEntries(paths) };
}

/** The builder states contact and tags even when there is nothing to state. */
function withoutNoise(document: OpenAPIObject): OpenAPIObject {
  const { contact: _contact, ...info } = document.info;
  for (const operation of operationsOf(document)) {
    // An empty list of parameters says nothing; the create route has one parameter, so the reference is not touched.
    if (operation.parameters?.length === 0) delete operation.parameters;
  }
  return { ...document, info };
}

function withTags(document: OpenAPIObject): OpenAPIObject {
  const names = new Set(operationsOf(document).flatMap((operation) => operation.tags ?? []));
  const tags = [...names].sort().map((name) => {
    const description = TAG_DESCRIPTIONS[name];
    return { name, ...(description !== undefined && { description }) };
  });
  return { ...document, tags };
}
