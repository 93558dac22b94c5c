import type { OpenAiSimulator } from './openai-simulator';
import type { BatchObject, FileObject } from './types';

/** An answer with its body parsed when it is JSON, else as text. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** One row of a result file. */
export interface ResultRow {
  readonly id: string;
  readonly custom_id: string;
  readonly response: { status_code: number; request_id: string; body: Record<string, unknown> } | null;
  readonly error: { code: string; message: string } | null;
}

/** A bare client for the simulator's own specs, so that they test it against the facts and not against an adapter. */
export class PlainClient {
  constructor(
    private readonly simulator: OpenAiSimulator,
    private readonly key = 'sk-simulated',
  ) {}

  async send(method: string, path: string, body?: FormData | object, signal?: AbortSignal): Promise<PlainAnswer> {
    const form = body instanceof FormData;
    const response = await fetch(this.simulator.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.key}`,
        ...(form || !body ? {} : { 'content-type': 'application/json' }),
      },
      body: form ? body : body && JSON.stringify(body),
      signal: signal ?? null,
    });
    const text = await response.text();
    const json = response.headers.get('content-type') === 'application/json';
    return { status: response.status, headers: response.headers, body: json ? (JSON.parse(text) as unknown) : text };
  }

  async upload(content: string, fields: Record<string, string> = {}, filename = 'in.jsonl'): Promise<PlainAnswer> {
    const form = new FormData();
    for (const [name, value] of Object.entries({ purpose: 'batch', ...fields })) form.set(name, value);
    form.set('file', new Blob([content]), filename);
    return this.send('POST', '/files', form);
  }

  create(inputFileId: string, more: object = {}): Promise<PlainAnswer> {
    const endpoint = '/v1/chat/completions';
    return this.send('POST', '/batches', {
      input_file_id: inputFileId,
      endpoint,
      completion_window: '24h',
      ...more,
    });
  }

  /** Uploads the lines and makes a batch of them. */
  async submit(lines: readonly string[], more: object = {}): Promise<BatchObject> {
    const file = await this.upload(`${lines.join('\n')}\n`);
    return (await this.create((file.body as FileObject).id, more)).body as BatchObject;
  }

  async get(id: string): Promise<BatchObject> {
    return (await this.send('GET', `/batches/${id}`)).body as BatchObject;
  }

  /** The rows of a result file; none for a null handle. */
  async rows(fileId: string | null): Promise<ResultRow[]> {
    if (fileId === null) return [];
    const { body } = await this.send('GET', `/files/${fileId}/content`);
    return (body as string)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as ResultRow);
  }
}

/** One chat line of an input file. */
export function chatLine(customId: string, text: string, model = 'gpt-4o-mini'): string {
  const body = { model, messages: [{ role: 'user', content: text }] };
  return JSON.stringify({ custom_id: customId, method: 'POST', url: '/v1/chat/completions', body });
}

/** `count` chat lines with ids `r0`, `r1`, … */
export function chatLines(count: number): string[] {
  return Array.from({ length: count }, (_, index) => chatLine(`r${index}`, `say ${index}`));
}
