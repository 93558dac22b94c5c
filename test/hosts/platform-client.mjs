import assert from 'node:assert/strict';
import { HttpClient } from './http-client.mjs';
import { until } from './wait.mjs';

const PASSWORD = 'correct horse';
export const ENDED = ['completed', 'failed', 'cancelled', 'expired'];
let customers = 0;

/** A customer of the platform, logged in the platform's own way. */
export class PlatformClient {
  constructor(http, id, token) {
    this.http = http;
    this.ownerId = `customer-${id}`;
    this.token = token;
  }

  /** Registers a customer whom nobody has seen before, and logs in. */
  static async register(address) {
    const http = new HttpClient(address);
    const anonymous = new PlatformClient(http);
    customers += 1;
    const email = `customer-${customers}@example.com`;
    const customer = await anonymous.json('POST', '/api/v1/customers', { email, name: 'A', password: PASSWORD });
    assert.equal(customer.status, 201, customer.text);
    const session = await anonymous.json('POST', '/api/v1/sessions', { email, password: PASSWORD });
    assert.equal(session.status, 201, session.text);
    return new PlatformClient(http, customer.body.data.id, session.body.data.token);
  }

  async json(method, path, body) {
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    const answer = await this.http.send({
      method,
      path,
      body: text,
      headers: {
        ...(this.token && { Authorization: `Bearer ${this.token}` }),
        ...(text !== undefined && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
      },
      refused: text !== undefined && text.length > 1_000_000,
    });
    const printed = answer.body.toString('utf8');
    return { ...answer, text: `${answer.line}\n${printed.slice(0, 2000)}`, body: parse(printed), raw: printed };
  }

  create(items) {
    return this.json('POST', '/api/llm/v1/batches', batch(items));
  }

  /** The batch once it has ended. */
  async ended(id) {
    let last;
    const ask = async () => {
      last = await this.json('GET', `/api/llm/v1/batches/${id}?results=true`);
      assert.equal(last.status, 200, last.text);
      return ENDED.includes(last.body.status) ? last.body : undefined;
    };
    return until(`the batch ${id} ends`, 30_000, ask).catch((cause) => {
      throw new Error(last?.text ?? 'no answer', { cause });
    });
  }
}

/** The body of a create: one request to the sandbox an item, which answers with the item's text. */
export function batch(items) {
  const requests = items.map((content, index) => ({
    custom_id: `item-${index}`,
    body: { model: 'sandbox/echo', messages: [{ role: 'user', content }] },
  }));
  return { requests };
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
