import { isObject, parseJson, type JsonObject } from '../kit/json';
import { promptOf } from '../kit/prompt';
import type { BatchError } from './types';

/** One valid line of an input file. */
export interface InputItem {
  readonly customId: string;
  readonly body: JsonObject;
  /** The status that its run ends with whatever it asks for; null for any other line. */
  readonly fault: number | null;
}

/** The lines of a file up to the first bad one; a batch with an `error` fails and runs nothing. */
export interface ParsedInput {
  readonly items: readonly InputItem[];
  readonly error: BatchError | null;
}

/** What a file may hold. */
export interface InputLimits {
  readonly maxLines: number;
  readonly maxBytes: number;
}

/** What a vendor takes in a line, and what it says of any other. */
export interface LineRules {
  readonly isKnownModel: (model: string) => boolean;
  /** Whether lines of one file may name different models. */
  readonly mixedModels: boolean;
  /** Most characters of a `custom_id`. */
  readonly maxIdLength: number;
  /** Of a body at fault that validation lets pass, the status that its run ends with; null for any other. */
  readonly faultWhenRun: (body: JsonObject) => number | null;
  /** The vendor's own words for OpenAI's codes, where it has others. */
  readonly codes: Readonly<Record<string, string>>;
}

/** Embedding inputs allowed in one file, all lines together. */
const MAX_EMBEDDING_INPUTS = 50_000;
const LINE_KEYS = ['custom_id', 'method', 'url', 'body'];

/** A check failed; the line number is added by the reader of the file. */
class LineError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly param: string | null = null,
  ) {
    super(message);
  }
}

/** Reads a JSONL input file as the vendor validates it: strictly, and no further than the first bad line. */
export function parseInput(file: Buffer, url: string, limits: InputLimits, rules: LineRules): ParsedInput {
  const items: InputItem[] = [];
  const check = new LineCheck(url, rules);
  const fail = (error: LineError, line: number | null): ParsedInput => {
    const { code, message, param } = error;
    return { items, error: { code: rules.codes[code] ?? code, message, param, line } };
  };
  if (file.length === 0) return fail(new LineError('empty_file', 'The batch input file is empty.'), null);
  if (file.length > limits.maxBytes) {
    return fail(new LineError('file_too_large', `The input file exceeds ${limits.maxBytes} bytes.`), null);
  }
  for (const line of linesOf(file)) {
    try {
      if (items.length >= limits.maxLines) {
        throw new LineError('too_many_tasks', `The input file exceeds ${limits.maxLines} requests.`);
      }
      items.push(check.line(line));
    } catch (error) {
      if (error instanceof LineError) return fail(error, items.length + 1);
      throw error;
    }
  }
  return { items, error: null };
}

/** Lines end in LF; only the last may lack it. A blank line is a line, and a bad one. */
function* linesOf(file: Buffer): Generator<Buffer> {
  for (let start = 0; start < file.length;) {
    const newline = file.indexOf(0x0a, start);
    const end = newline < 0 ? file.length : newline;
    yield file.subarray(start, end);
    start = end + 1;
  }
}

/** Checks lines one by one, remembering what must agree or differ between them. */
class LineCheck {
  private readonly seen = new Set<string>();
  private model: string | undefined;
  private embeddingInputs = 0;

  constructor(
    private readonly url: string,
    private readonly rules: LineRules,
  ) {}

  line(bytes: Buffer): InputItem {
    const line = parseJson(bytes);
    if (!isObject(line)) throw new LineError('invalid_json_line', 'This line is not parseable as valid JSON.');
    const customId = this.customId(line);
    const body = this.envelope(line);
    this.checkModel(body['model']);
    const fault = this.rules.faultWhenRun(body);
    if (fault === null) checkParameters(body);
    this.countInputs(body['input']);
    return { customId, body, fault };
  }

  private customId(line: JsonObject): string {
    const customId = required(line['custom_id'], 'custom_id');
    if (typeof customId !== 'string') throw invalid("'custom_id' must be a string.", 'custom_id');
    if (customId.length > this.rules.maxIdLength) throw invalid("'custom_id' is too long.", 'custom_id');
    if (this.seen.has(customId)) {
      const message = `The custom_id for this request is a duplicate of another request: ${customId}`;
      throw new LineError('duplicate_custom_id', message, 'custom_id');
    }
    this.seen.add(customId);
    return customId;
  }

  private envelope(line: JsonObject): JsonObject {
    const unknown = Object.keys(line).find((key) => !LINE_KEYS.includes(key));
    if (unknown !== undefined) throw invalid(`Unknown parameter: '${unknown}'.`, unknown);
    if (required(line['method'], 'method') !== 'POST') throw invalid("'method' must be 'POST'.", 'method');
    if (required(line['url'], 'url') !== this.url) {
      const message = 'The URL provided for this request does not match the batch endpoint.';
      throw new LineError('invalid_url', message, 'url');
    }
    const body = required(line['body'], 'body');
    if (!isObject(body)) throw invalid("'body' must be an object.", 'body');
    return body;
  }

  private checkModel(model: unknown): void {
    // Moderations is the one endpoint with a default model.
    if (model === undefined && this.url === '/v1/moderations') return;
    if (typeof required(model, 'body.model') !== 'string') throw invalid("'model' must be a string.", 'body.model');
    const name = String(model);
    if (!this.rules.isKnownModel(name)) {
      const message = `The provided model '${name}' is not supported by the Batch API.`;
      throw new LineError('model_not_found', message, 'body.model');
    }
    this.model ??= name;
    if (this.model !== name && !this.rules.mixedModels) {
      const message = `The provided model '${name}' does not match the other requests, which use '${this.model}'.`;
      throw new LineError('mismatched_model', message, 'body.model');
    }
  }

  private countInputs(input: unknown): void {
    if (this.url !== '/v1/embeddings') return;
    this.embeddingInputs += Array.isArray(input) && typeof input[0] !== 'number' ? input.length : 1;
    if (this.embeddingInputs > MAX_EMBEDDING_INPUTS) {
      throw invalid(`The input file exceeds ${MAX_EMBEDDING_INPUTS} embedding inputs.`, 'body.input');
    }
  }
}

function checkParameters(body: JsonObject): void {
  if (asksForStream(body)) {
    throw new LineError('streaming_unsupported', 'Streaming is not supported in the Batch API.', 'body.stream');
  }
  if (isPoisoned(body)) throw invalid('Invalid request (simulated).', 'body.messages');
}

/** `stream: false` asks for what a batch does anyway; anything else asks for a stream. */
export function asksForStream({ stream }: JsonObject): boolean {
  return stream !== undefined && stream !== false;
}

/** Whether a line says that the vendor is to find it at fault. */
export function isPoisoned(body: JsonObject): boolean {
  return promptOf(body).includes('#poison');
}

function required(value: unknown, param: string): unknown {
  if (value !== undefined && value !== null) return value;
  throw new LineError('missing_required_parameter', `Missing required parameter: '${param}'.`, param);
}

function invalid(message: string, param: string): LineError {
  return new LineError('invalid_request', message, param);
}
