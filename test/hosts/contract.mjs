import assert from 'node:assert/strict';
import { PlatformClient } from './platform-client.mjs';
import { until } from './wait.mjs';

const BATCHES = '/api/llm/v1/batches';

/** Meshbatch's errors and successes keep its contract, whatever the platform has that is global. */
export async function checkErrors(address) {
  const customer = await PlatformClient.register(address);
  const anonymous = new PlatformClient(customer.http);

  const empty = await customer.json('POST', BATCHES, {});
  assertError(empty, 422, 'validation_error');
  assert.ok(Array.isArray(empty.body.detail) && empty.body.detail.length > 0, empty.text);
  const item = { custom_id: 'a', body: { messages: [] }, surprise: true };
  const wrongItem = await customer.json('POST', BATCHES, { requests: [item] });
  assert.ok(wrongItem.status >= 400 && wrongItem.status < 500, wrongItem.text);
  assertError(wrongItem, wrongItem.status);
  const malformed = await customer.json('POST', BATCHES, '{"requests":');
  assertError(malformed, malformed.status);
  assert.ok(malformed.status === 400 || malformed.status === 422, malformed.text);

  const wrongLimit = await customer.json('GET', `${BATCHES}?limit=abc`);
  assertError(wrongLimit, 422, 'validation_error');
  assert.deepEqual(wrongLimit.body.detail?.[0]?.loc, ['query', 'limit'], wrongLimit.text);
  assertError(await customer.json('GET', `${BATCHES}/batch_unknown`), 404, 'not_found');
  assertError(await anonymous.json('GET', BATCHES), 401, 'unauthorized');
  assertError(await anonymous.json('POST', BATCHES, '{"requests":['), 401, 'unauthorized');
}

export async function checkSuccesses(address) {
  const customer = await PlatformClient.register(address);
  const list = await customer.json('GET', `${BATCHES}?limit=5`);
  assert.equal(list.status, 200, list.text);
  assert.deepEqual(list.body, { object: 'list', data: [], first_id: null, last_id: null, has_more: false });
  assert.match(list.headers['x-request-id'] ?? '', /./);
  const models = await customer.json('GET', '/api/llm/v1/models');
  assert.equal(models.status, 200, models.text);
  assert.match(models.raw, /sandbox\/echo/);
}

/** The platform's own limit is 100 kB with Express and 1 MiB with Fastify. */
export async function checkBigBatch(address) {
  const customer = await PlatformClient.register(address);
  const answer = await customer.create(Array.from({ length: 50 }, () => 'x'.repeat(100 * 1024)));
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.request_counts.total, 50, answer.text);
}

/** A batch from its create to its last result. Returns whose it is, and its id. */
export async function checkBatch(address) {
  const customer = await PlatformClient.register(address);
  const items = Array.from({ length: 20 }, (_, index) => `text ${index}`);
  const created = await customer.create(items);
  assert.equal(created.status, 200, created.text);
  assert.equal(created.body.data, undefined, created.text);
  const { id } = created.body;
  const batch = await customer.ended(id);
  assert.equal(batch.status, 'completed');
  assert.deepEqual(batch.request_counts, { total: items.length, completed: items.length, failed: 0 });
  const answers = batch.results.map(({ custom_id, response }) => [custom_id, contentOf(response)]);
  assert.deepEqual(
    answers,
    items.map((content, index) => [`item-${index}`, content]),
  );
  const file = await customer.json('GET', `/api/llm/v1/files/${batch.output_file_id}/content`);
  assert.equal(file.status, 200, file.text);
  assert.equal(file.raw.trim().split('\n').length, items.length);
  return { customer, id };
}

/** The platform's own service was told. */
export async function checkEvent({ customer, id }) {
  await until('the platform saw batch.completed', 5000, async () => {
    const log = await customer.json('GET', '/api/v1/batch-log');
    assert.equal(log.status, 200, log.text);
    return log.body.data.find(({ type, batchId }) => type === 'batch.completed' && batchId === id);
  });
}

function contentOf(response) {
  return response?.body?.choices?.[0]?.message?.content;
}

function assertError(answer, status, code) {
  assert.equal(answer.status, status, answer.text);
  assert.deepEqual(
    Object.keys(answer.body).filter((key) => !['error', 'detail', 'request_id'].includes(key)),
    [],
  );
  assert.match(answer.body.error?.message ?? '', /./, answer.text);
  assert.equal(answer.headers['x-request-id'], answer.body.request_id, answer.text);
  if (code !== undefined) assert.equal(answer.body.error.code, code, answer.text);
}
