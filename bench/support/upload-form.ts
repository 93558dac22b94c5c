/** A file as `POST /v1/files` takes it, whole in memory. */
export interface UploadForm {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export function uploadForm(content: Buffer): UploadForm {
  const boundary = '----meshbatch-bench';
  const field = (disposition: string, rest: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n${rest}`;
  const head =
    field('name="purpose"', '\r\nbatch\r\n') +
    field('name="file"; filename="input.jsonl"', 'Content-Type: application/jsonl\r\n\r\n');
  const body = Buffer.concat([Buffer.from(head), content, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { body, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } };
}
