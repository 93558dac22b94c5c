import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';
import { MeshbatchError, ValidationFailedError, type Fault } from '../../http/meshbatch-error';
import { PayloadTooLargeError } from '../../ingest/ingest.errors';

const LIMITS = { files: 1, fields: 16, parts: 20, fieldSize: 4096, headerPairs: 100 };
const FILE_FIELD = 'file';

/** A form on its way in. */
export interface IncomingForm {
  readonly headers: IncomingHttpHeaders;
  readonly body: AsyncIterable<Buffer>;
  /** Most bytes of the body, with all that stands around the file. */
  readonly maxBytes: number;
}

export interface FormFile<T> {
  /** What was made of the file's bytes. */
  readonly stored: T;
  /** As the form names it, without folders; null when it does not. */
  readonly filename: string | null;
}

export interface Form<T> {
  /** Null when there was none. */
  readonly file: FormFile<T> | null;
  readonly fields: ReadonlyMap<string, string>;
}

/** 400: the body is not the form that its headers say it is. */
class InvalidFormError extends MeshbatchError {
  override readonly name = 'InvalidFormError';

  constructor(options: ErrorOptions) {
    super('invalid_request', 'The body is not a complete multipart/form-data form.', {}, options);
  }
}

/**
 * Reads a form of fields and one file, in any order, as it streams: `store` takes the file's bytes as they come. Throws what `body` and
 * `store` throw, 400 for a broken form, 413 for one that is too long and 422 for a part that does not belong in it.
 */
export async function readForm<T>(
  { headers, body, maxBytes }: IncomingForm,
  store: (bytes: AsyncIterable<Buffer>) => Promise<T>,
): Promise<Form<T>> {
  const parser = newParser(headers);
  const source = new WatchedBody(body, maxBytes);
  const parts = new FormParts(parser);
  let file: Promise<FormFile<T>> | null = null;
  let open: Readable | null = null;
  parser.on('file', (name: string | undefined, stream, { filename }: { filename?: string }) => {
    // Broken off before somebody reads it, it would end the process otherwise; who reads it then is told.
    stream.on('error', () => undefined);
    if (name !== FILE_FIELD) return parts.refuse(name, stream);
    open = stream;
    file = store(source.bytesOf(stream)).then((stored) => ({ stored, filename: filename || null }));
    // What it failed of ends the reading of the rest, and is thrown in its place.
    file.catch((error: unknown) => parser.destroy(error as Error));
  });
  const failure = await pipeline(source.read(), parser).then(
    () => null,
    (error: unknown) => error as Error,
  );
  // A parser that broke may still have begun a file, in the chunk that it broke of, whose end never comes.
  if (failure) (open as Readable | null)?.destroy(failure);
  const stored = await (file as Promise<FormFile<T>> | null);
  if (failure) throw source.explain(failure);
  parts.throwFaults();
  return { file: stored, fields: parts.fields };
}

/** The fields of a form, and what does not belong in it. */
class FormParts {
  readonly fields = new Map<string, string>();
  private readonly faults: Fault[] = [];

  constructor(parser: busboy.Busboy) {
    parser.on('field', (name: string | undefined, value, { nameTruncated, valueTruncated }) => {
      if (nameTruncated || valueTruncated) this.add(name, 'The field is too long', 'too_long');
      else this.fields.set(name ?? '', value);
    });
    for (const limit of ['filesLimit', 'fieldsLimit', 'partsLimit'] as const) {
      parser.on(limit, () => this.add(FILE_FIELD, 'A form has one file and few fields', 'too_long'));
    }
  }

  refuse(name: string | undefined, file: Readable): void {
    this.add(name, `A file belongs in the field ${FILE_FIELD}`, 'value_error');
    file.resume();
  }

  throwFaults(): void {
    if (this.faults.length > 0) throw new ValidationFailedError(this.faults);
  }

  private add(name = '', msg: string, type: string): void {
    this.faults.push({ loc: ['body', name], msg, type });
  }
}

/** A body whose own errors are told from those of the form in it, one that has no end among them. */
class WatchedBody {
  private error: unknown = null;

  constructor(
    private readonly body: AsyncIterable<Buffer>,
    private readonly maxBytes: number,
  ) {}

  async *read(): AsyncGenerator<Buffer> {
    let received = 0;
    try {
      for await (const chunk of this.body) {
        received += chunk.length;
        if (received > this.maxBytes) throw new PayloadTooLargeError('bytes', this.maxBytes);
        yield chunk;
      }
    } catch (error) {
      this.error = error;
      throw error;
    }
  }

  async *bytesOf(file: Readable): AsyncGenerator<Buffer> {
    try {
      yield* file as AsyncIterable<Buffer>;
    } catch (error) {
      throw this.explain(error);
    }
  }

  explain(error: unknown): unknown {
    return this.error ?? new InvalidFormError({ cause: error });
  }
}

function newParser(headers: IncomingHttpHeaders): busboy.Busboy {
  try {
    return busboy({ headers, limits: LIMITS, defParamCharset: 'utf8' });
  } catch (error) {
    throw new InvalidFormError({ cause: error });
  }
}
