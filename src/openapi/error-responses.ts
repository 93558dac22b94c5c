import type { OpenAPIObject } from '@nestjs/swagger';
import { operationsOf, type Operation } from './operations';
import { CREATE_BATCH } from './reference-shape';

type Responses = NonNullable<NonNullable<OpenAPIObject['components']>['responses']>;

/** Status → the response component that describes it. */
const ERRORS = {
  '400': { name: 'BadRequest', description: 'The request, or its `X-Mesh-Version`, cannot be served as it is' },
  '401': { name: 'Unauthorized', description: 'No API key, or one that is unknown or revoked' },
  '403': { name: 'Forbidden', description: 'The API key is suspended or lacks the scope' },
  '404': { name: 'NotFound', description: 'It does not exist, or belongs to somebody else' },
  '409': { name: 'Conflict', description: 'The state of what it is about forbids it' },
  '413': { name: 'PayloadTooLarge', description: 'The body is above the limit' },
  '415': { name: 'UnsupportedMediaType', description: 'The body is of a type that is not taken' },
  '416': { name: 'RangeNotSatisfiable', description: 'The range lies outside the file' },
  '422': { name: 'UnprocessableEntity', description: 'The request breaks rules; `detail` names each fault' },
  default: { name: 'OtherError', description: 'Any other error' },
} as const;
type Status = keyof typeof ERRORS;

/** What cannot be read off an operation's own parameters. */
const MORE: Readonly<Record<string, readonly Status[]>> = {
  'retry-batch-v-1-batches-batch-id-retry-post': ['409'],
  'delete-batch-v-1-batches-batch-id-delete': ['409'],
  'get-file-content-v-1-files-file-id-content-get': ['416'],
  'delete-file-v-1-files-file-id-delete': ['409'],
  'create-webhook-v-1-webhooks-post': ['409'],
  'test-webhook-v-1-webhooks-webhook-id-test-post': ['409'],
  'replay-webhook-delivery-v-1-webhooks-webhook-id-deliveries-delivery-id-replay-post': ['409'],
};

/**
 * Documents the error answers of every operation that asks for a key. The create route is left as the reference has it, and a
 * route of another dialect as it says itself; what is open to everybody does not answer in our envelope.
 */
export function documentErrors(document: OpenAPIObject): OpenAPIObject {
  const used = new Set<Status>();
  for (const operation of operationsOf(document)) {
    const isDocumented = operation.operationId === CREATE_BATCH || operation.responses.default !== undefined;
    if (isDocumented || operation.security?.length === 0) continue;
    for (const status of statusesOf(operation)) {
      if (operation.responses[status]) continue;
      operation.responses[status] = { $ref: `#/components/responses/${ERRORS[status].name}` };
      used.add(status);
    }
  }
  const responses = Object.fromEntries([...used].sort().map((status) => [ERRORS[status].name, responseOf(status)]));
  return { ...document, components: { ...document.components, responses } };
}

function statusesOf(operation: Operation): Status[] {
  const locations = (operation.parameters ?? []).map((parameter) => ('in' in parameter ? parameter.in : null));
  const statuses: Status[] = ['400', '401', '403'];
  if (locations.includes('path')) statuses.push('404');
  if (operation.requestBody) statuses.push('413', '415');
  if (operation.requestBody || locations.includes('query')) statuses.push('422');
  return [...statuses, ...(MORE[operation.operationId ?? ''] ?? []), 'default'];
}

function responseOf(status: Status): Responses[string] {
  return {
    description: ERRORS[status].description,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/ErrorEnvelope' } } },
  };
}
