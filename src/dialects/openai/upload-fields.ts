import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { toFaults } from '../../http/faults';
import { ValidationFailedError } from '../../http/meshbatch-error';
import { UploadDto } from './dto/upload.dto';

const [ANCHOR, SECONDS] = ['expires_after[anchor]', 'expires_after[seconds]'];

/** Checks the fields of an upload; resolves to the seconds after which the file expires, null for never. */
export function readUploadFields(fields: ReadonlyMap<string, string>, hasFile: boolean): number | null {
  const dto = plainToInstance(UploadDto, { purpose: fields.get('purpose'), ...expiresAfter(fields) });
  const faults = toFaults(validateSync(dto), ['body']);
  if (!hasFile) faults.push({ loc: ['body', 'file'], msg: 'Field required', type: 'missing' });
  if (faults.length > 0) throw new ValidationFailedError(faults);
  return dto.expires_after?.seconds ?? null;
}

/** An object in a form, as OpenAI's clients spell it. */
function expiresAfter(fields: ReadonlyMap<string, string>): object {
  if (!fields.has(ANCHOR) && !fields.has(SECONDS)) return {};
  const text = fields.get(SECONDS);
  const seconds = text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : text;
  return { expires_after: { anchor: fields.get(ANCHOR), seconds } };
}
