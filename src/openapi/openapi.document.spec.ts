import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { parse } from 'yaml';
import { BatchesController } from '../batches/batches.controller';
import { RetryController } from '../batches/family/retry.controller';
import { ResultsController } from '../batches/results.controller';
import { FilesController } from '../files/files.controller';
import { SystemClock } from '../common/clock';
import { HealthController } from '../health/health.controller';
import { Metrics } from '../metrics/metrics';
import { ModelsController } from '../providers/models.controller';
import { DeliveriesController } from '../webhooks/deliveries.controller';
import { WebhooksController } from '../webhooks/webhooks.controller';
import { createOpenApiDocument } from './openapi.document';
import { setUpOpenApi } from './openapi.setup';

const REFERENCE = parse(
  readFileSync(join(__dirname, '../../test/fixtures/create-batch.openapi.yaml'), 'utf8'),
) as OpenAPIObject;
const REFERENCE_SCHEMAS = Object.keys(REFERENCE.components?.schemas ?? {});

const CONTROLLERS = [
  BatchesController,
  ResultsController,
  RetryController,
  FilesController,
  ModelsController,
  WebhooksController,
  DeliveriesController,
  HealthController,
];

describe('OpenAPI document', () => {
  let app: INestApplication;
  let document: OpenAPIObject;

  beforeAll(async () => {
    const testing = await Test.createTestingModule({
      controllers: CONTROLLERS,
    })
      .useMocker((token) => (token === Metrics ? new Metrics({}, new SystemClock()) : {}))
      .compile();
    app = testing.createNestApplication({ logger: false });
    document = JSON.parse(JSON.stringify(createOpenApiDocument(app)));
    setUpOpenApi(app);
    await app.init();
  });
  afterAll(() => app.close());

  it('states the create route as the reference does', () => {
    expect(document.openapi).toBe(REFERENCE.openapi);
    expect(document.paths['/v1/batches']?.post).toStrictEqual(REFERENCE.paths['/v1/batches']?.post);
  });

  it.each(REFERENCE_SCHEMAS)('states %s as the reference does', (name) => {
    expect(document.components?.schemas?.[name]).toStrictEqual(REFERENCE.components?.schemas?.[name]);
  });

  it('states the security schemes as the reference does and asks for them wherever a route is not open', () => {
    expect(document.components?.securitySchemes).toStrictEqual(REFERENCE.components?.securitySchemes);
    expect(document.security).toStrictEqual([{ HTTPBearer: [] }]);
    const own = operationsByRoute(document).filter(({ operation }) => operation.security);
    expect(own.map(({ route, operation }) => [route, operation.security])).toStrictEqual([
      ['/health/live get', []],
      ['/health/ready get', []],
    ]);
  });

  it('gives every operation a name of its own in the style of the reference', () => {
    const operations = operationsByRoute(document);
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { route, operation } of operations) {
      expect(operation.operationId).toMatch(new RegExp(`^[a-z][a-z0-9-]*-${kebab(route)}$`));
      expect(operation.summary).toMatch(/\S/);
    }
  });

  it('declares the tags that it uses', () => {
    const used = operationsByRoute(document).flatMap(({ operation }) => operation.tags);
    expect(document.tags?.map(({ name }) => name)).toStrictEqual([...new Set(used)].sort());
  });

  it('documents the errors of every operation but create and what is open', () => {
    const statuses = Object.fromEntries(
      operationsByRoute(document).map(({ route, operation }) => [route, Object.keys(operation.responses).join(' ')]),
    );
    expect(statuses).toStrictEqual({
      '/v1/batches get': '200 400 401 403 422 default',
      '/v1/batches post': '200 422',
      '/v1/batches/{batch_id} delete': '200 400 401 403 404 409 default',
      '/v1/batches/validate post': '200 400 401 403 413 415 422 default',
      '/v1/batches/{batch_id} get': '200 400 401 403 404 422 default',
      '/v1/batches/{batch_id}/results get': '200 400 401 403 404 422 default',
      '/v1/batches/{batch_id}/cancel post': '200 400 401 403 404 default',
      '/v1/batches/{batch_id}/retry post': '200 400 401 403 404 409 413 415 422 default',
      '/v1/files get': '200 400 401 403 422 default',
      '/v1/files/{file_id} get': '200 400 401 403 404 default',
      '/v1/files/{file_id}/content get': '200 400 401 403 404 416 default',
      '/v1/models get': '200 400 401 403 default',
      '/v1/webhooks get': '200 400 401 403 422 default',
      '/v1/webhooks post': '200 400 401 403 409 413 415 422 default',
      '/v1/webhooks/{webhook_id} delete': '200 400 401 403 404 default',
      '/v1/webhooks/{webhook_id} get': '200 400 401 403 404 default',
      '/v1/webhooks/{webhook_id} patch': '200 400 401 403 404 413 415 422 default',
      '/v1/webhooks/{webhook_id}/rotate-secret post': '200 400 401 403 404 default',
      '/v1/webhooks/{webhook_id}/test post': '200 400 401 403 404 409 default',
      '/v1/webhooks/{webhook_id}/deliveries get': '200 400 401 403 404 422 default',
      '/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/replay post': '200 400 401 403 404 409 default',
      '/health/live get': '200',
      '/health/ready get': '200 503',
    });
  });

  it('is OpenAPI 3.1 throughout: no nullable, no reference that leads nowhere, no noise', () => {
    for (const node of objectsOf(document)) {
      expect(node).not.toHaveProperty('nullable');
      if (typeof node.$ref === 'string') expect(resolve(document, node.$ref)).toBeDefined();
    }
    expect(Object.keys(document.info).sort()).toStrictEqual(['description', 'license', 'title', 'version']);
    const batch = document.components?.schemas?.Batch;
    expect(batch).toMatchObject({ properties: { results: { type: ['array', 'null'] } } });
  });

  it('is served at /openapi.json', async () => {
    const answer = await request(app.getHttpServer()).get('/openapi.json').expect(200);
    expect(answer.body).toStrictEqual(document);
  });

  it('is shown by Swagger UI without the parameter that would keep it from sending', async () => {
    const page = await request(app.getHttpServer()).get('/docs').expect(200);
    expect(page.text).not.toMatch(/(src|href)="(https?:)?\/\//);
    const script = await request(app.getHttpServer()).get('/docs/swagger-ui-init.js').expect(200);
    expect(script.text).toContain('create-batch-v-1-batches-post');
    expect(script.text).not.toContain('"Authorization"');
    expect(script.text).toContain('"model": "sandbox/echo"');
    expect(script.text).toContain('"persistAuthorization": true');
  });
});

function operationsByRoute(document: OpenAPIObject) {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      route: `${path} ${method}`,
      operation: operation as NonNullable<OpenAPIObject['paths'][string]['get']>,
    })),
  );
}

/** `/v1/batches/{batch_id} get` → `v-1-batches-batch-id-get` */
function kebab(route: string): string {
  return (route.match(/[a-z]+|\d+/g) ?? []).join('-');
}

function* objectsOf(node: unknown): Generator<Record<string, unknown>> {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) yield node as Record<string, unknown>;
  for (const value of Object.values(node)) yield* objectsOf(value);
}

function resolve(document: OpenAPIObject, ref: string): unknown {
  const keys = ref.replace(/^#\//, '').split('/');
  return keys.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], document);
}
