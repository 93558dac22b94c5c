import { BusyError } from '../common/busy-error';
import { MeshbatchError } from './meshbatch-error';

const RETRY_AFTER_SECONDS = 1;

/** What a caller is told of what was thrown; null for what nobody foresaw. */
export function refusalOf(thrown: unknown): MeshbatchError | null {
  if (thrown instanceof MeshbatchError) return thrown;
  if (!(thrown instanceof BusyError)) return null;
  const extras = { retry_after_seconds: RETRY_AFTER_SECONDS };
  return new MeshbatchError('service_unavailable', 'The service is overloaded.', extras, { cause: thrown });
}
