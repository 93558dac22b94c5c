import { parseMultipart } from '../kit/multipart';
import { ApiError } from './api-error';

const EXPIRY_SECONDS = [3600, 2_592_000] as const;
const FIELDS = ['purpose', 'expires_after', 'file'];

/** The form of an upload, checked. */
export interface UploadParams {
  readonly filename: string;
  readonly purpose: string;
  readonly content: Buffer;
  readonly expiresInSeconds: number | null;
}

/** Checks an upload as the vendor does: it reads the form as it comes, so that nothing may stand behind the file. */
export function parseUpload(contentType: string | undefined, body: Buffer, maxBytes: number): UploadParams {
  const parts = parseMultipart(contentType, body);
  const unknown = parts.find(({ name }) => !FIELDS.includes(name));
  if (unknown) throw new ApiError(400, `Unknown field: ${unknown.name}`);
  const file = parts.find(({ name }) => name === 'file');
  if (!file?.filename) throw new ApiError(400, 'No file was uploaded');
  if (parts.at(-1) !== file) throw new ApiError(400, `${parts.at(-1)?.name} must precede the file`);
  if (file.content.length > maxBytes) throw new ApiError(413, `The file exceeds ${maxBytes} bytes`);
  const textOf = (name: string) => parts.find((part) => part.name === name)?.content.toString('utf8');
  return {
    filename: file.filename,
    purpose: textOf('purpose') ?? '',
    content: file.content,
    expiresInSeconds: expiryOf(textOf('expires_after')),
  };
}

function expiryOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const [least, most] = EXPIRY_SECONDS;
  const seconds = /^\d+$/.test(text) ? Number(text) : NaN;
  if (seconds >= least && seconds <= most) return seconds;
  throw new ApiError(400, `expires_after must be a number of seconds from ${least} to ${most}`);
}
