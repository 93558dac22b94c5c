import { setTimeout as sleep } from 'node:timers/promises';

/** An entry of `results`, or a line of a result file. */
export interface ResultEntry {
  id: string;
  custom_id: string;
  response: { status_code: number; request_id: string | null; body: Record<string, unknown> } | null;
  error: { code: string; message: string } | null;
}

export interface BatchBody {
  id: string;
  object: string;
  status: string;
  model: string;
  provider: string;
  created_at: number;
  input_file_id: string;
  output_file_id: string | null;
  error_file_id: string | null;
  request_counts: { total: number; completed: number; failed: number };
  metadata: Record<string, unknown> | null;
  errors_detail: { code: string; message: string; line?: number; item?: string }[];
  results?: ResultEntry[] | null;
  results_truncated?: boolean;
  [field: string]: unknown;
}

export interface ErrorBody {
  error: { code: string; message: string; details?: unknown; more?: number };
  detail?: { loc: (string | number)[]; msg: string; type: string }[];
  request_id: string;
}

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

const TERMINAL = ['completed', 'failed', 'cancelled', 'expired'];
const WAIT_MS = 30_000;

/** The API over plain fetch. */
export class ApiClient {
  constructor(
    private readonly base: string,
    private readonly key: string | null,
  ) {}

  async send<T = ErrorBody>(
    method: string,
    path: string,
    body?: string | Uint8Array,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const response = await fetch(this.base + path, {
      method,
      headers: { ...(this.key !== null && { authorization: `Bearer ${this.key}` }), ...headers },
      ...(body !== undefined && { body: body as string }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text === '' ? null : parse(text)) as T };
  }

  /** Posts a create body, given as JSON text or as a value. */
  create<T = BatchBody>(body: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.send<T>('POST', '/v1/batches', text, { 'content-type': 'application/json', ...headers });
  }

  async get(id: string): Promise<BatchBody> {
    return (await this.send<BatchBody>('GET', `/v1/batches/${id}`)).body;
  }

  async cancel(id: string): Promise<BatchBody> {
    const answer = await this.send<BatchBody>('POST', `/v1/batches/${id}/cancel`, '{}', {
      'content-type': 'application/json',
    });
    return answer.body;
  }

  /** A file's content as text. */
  async content(fileId: string): Promise<string> {
    const response = await fetch(`${this.base}/v1/files/${fileId}/content`, {
      headers: { authorization: `Bearer ${this.key}` },
    });
    return response.text();
  }

  /** Polls until the batch has a status that `wanted` names, by default any terminal one; then the whole of it. */
  async waitFor(id: string, wanted: readonly string[] = TERMINAL, waitMs = WAIT_MS): Promise<BatchBody> {
    const deadline = Date.now() + waitMs;
    for (;;) {
      const answer = await this.send<BatchBody>('GET', `/v1/batches/${id}?results=false`);
      if (wanted.includes(answer.body.status)) return this.get(id);
      if (TERMINAL.includes(answer.body.status)) throw new Error(`The batch ended as ${JSON.stringify(answer.body)}`);
      if (Date.now() > deadline) throw new Error(`The batch is still ${JSON.stringify(answer.body)}`);
      await sleep(40);
    }
  }
}

/** Chat items with ids `item-0`…; `prompts` are their user messages. */
export function chatItems(prompts: readonly string[], model = 'openai/gpt-4o-mini') {
  return prompts.map((content, index) => ({
    custom_id: `item-${index}`,
    body: { model, messages: [{ role: 'user', content }] },
  }));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
