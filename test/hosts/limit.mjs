import assert from 'node:assert/strict';
import { countOwners } from './batches-database.mjs';
import { ENDED, PlatformClient } from './platform-client.mjs';

const LIMIT = 3;
/** No job of the sandbox takes less, so none ends during a burst that was faster. */
const SANDBOX_MS = 2000;

/** A customer of whom Meshbatch has never heard sends more creates at once than an owner may have. */
export async function checkLimit(address, databaseUrl, { exact }) {
  const customer = await PlatformClient.register(address);
  assert.equal(await countOwners(databaseUrl, customer.ownerId), 0, 'the owner has a row before the first create');
  const started = performance.now();
  const answers = await Promise.all(Array.from({ length: LIMIT + 7 }, () => customer.create(['hi'])));
  const tookMs = performance.now() - started;

  const accepted = answers.filter(({ status }) => status === 200);
  for (const answer of answers.filter(({ status }) => status !== 200)) {
    assert.equal(answer.status, 429, answer.text);
    assert.equal(answer.body.error.code, 'batch_limit_exceeded', answer.text);
  }
  const list = await customer.json('GET', '/api/llm/v1/batches');
  assert.equal(list.status, 200, list.text);
  const active = list.body.data.filter(({ status }) => !ENDED.includes(status));
  assert.ok(active.length <= LIMIT, `${active.length} active batches`);
  assert.equal(list.body.data.length, accepted.length, list.text);
  if (exact || tookMs < SANDBOX_MS) assert.equal(accepted.length, LIMIT);
  else assert.ok(accepted.length >= LIMIT, `only ${accepted.length} were accepted`);
  assert.equal(await countOwners(databaseUrl, customer.ownerId), 1, 'rows of the owner after the creates');
}
