import { Logger } from '@nestjs/common';
import { LoggedError } from './logged-error';

/**
 * Nest's logger for fields and a message. Of an error under `err` only what {@link LoggedError} shows reaches the host's logger,
 * which may print every property it is given.
 */
export class SafeLogger extends Logger {
  override log(fields: object, message: string): void {
    super.log(safe(fields), message);
  }

  override warn(fields: object, message: string): void {
    super.warn(safe(fields), message);
  }

  override error(fields: object, message: string): void {
    super.error(safe(fields), message);
  }
}

function safe(fields: object): object {
  return 'err' in fields ? { ...fields, err: LoggedError.of(fields.err) } : fields;
}
