import type { Clock } from '../common/clock';
import { SafeLogger } from '../common/safe-logger';

const READS = 10;
const READ_EVERY_MS = 500;
const logger = new SafeLogger('UnknownCommit');

/** Whether what a lost commit was to store is there. A server that was cut off may still be committing: asks for a few seconds before it says no. */
export async function isStoredAfterAll(find: () => Promise<boolean>, clock: Clock): Promise<boolean> {
  for (let read = 0; read < READS; read++) {
    const found = await find().catch((error: unknown) => {
      logger.warn({ err: error }, 'Could not yet tell whether something was stored');
      return false;
    });
    if (found) return true;
    await clock.sleep(READ_EVERY_MS);
  }
  return false;
}
