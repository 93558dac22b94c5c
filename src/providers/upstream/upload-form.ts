import { PassThrough, pipeline, type Readable } from 'node:stream';
import FormData from 'form-data';
import type { Attempt, StagedLines } from '../contract/adapter';

/** An upload as a request: its headers, and the body that they announce the length of. */
export interface UploadForm {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

/** The form of an attempt's upload. The fields come in their order and before the file, so that a reader of the stream knows them. */
export function uploadForm(fields: Readonly<Record<string, string>>, attempt: Attempt, lines: StagedLines): UploadForm {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', lines.open(), {
    filename: uploadName(attempt),
    contentType: 'application/jsonl',
    knownLength: lines.bytes,
  });
  const headers = {
    ...(form.getHeaders() as Record<string, string>),
    'content-length': String(form.getLengthSync()),
  };
  return { headers, body: asStream(form) };
}

/** By this name an upload is found whose answer was lost. */
export function uploadName(attempt: Attempt): string {
  return `meshbatch-${attempt.token}.jsonl`;
}

/** `form-data` makes an old-style stream; the client wants a Readable. */
function asStream(form: FormData): Readable {
  const stream = new PassThrough();
  pipeline(form, stream, () => undefined); // an error of the form destroys the stream, which the request reports
  return stream;
}
