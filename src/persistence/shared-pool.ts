import type { Pool, PoolClient } from 'pg';
import { BusyError } from '../common/busy-error';

type Connected = (error: Error | undefined, client?: PoolClient, release?: (error?: Error | boolean) => void) => void;

/** How pg says that none of its connections came free in time. */
const NONE_FREE = 'timeout exceeded when trying to connect';

/** What TypeORM takes in place of the `pg` package: of it, TypeORM calls `new Pool()` and the four methods below. */
export interface PoolDriver {
  Pool: new () => object;
}

/** Lends the connections of a pool that somebody else opened and will close. */
export function driverOf(pool: Pool): PoolDriver {
  return {
    Pool: class {
      private readonly listeners: [string, (...args: unknown[]) => void][] = [];

      on(event: string, listener: (...args: unknown[]) => void): void {
        this.listeners.push([event, listener]);
        pool.on(event as 'error', listener);
      }

      connect(connected: Connected): void {
        pool.connect((error, client, release) => connected(error && told(error), client, release));
      }

      end(ended: () => void): void {
        for (const [event, listener] of this.listeners.splice(0)) pool.off(event, listener);
        ended();
      }
    },
  };
}

function told(error: Error): Error {
  return error.message === NONE_FREE
    ? new BusyError('No connection to the database came free', { cause: error })
    : error;
}

/** Lends one connection again and again, so that what belongs to a session, such as a lock, holds throughout. */
export function driverOfOne(client: PoolClient): PoolDriver {
  return {
    Pool: class {
      on(): void {
        // The connection is in its user's hands, who hears of its errors.
      }

      connect(connected: Connected): void {
        connected(undefined, client, () => undefined);
      }

      end(ended: () => void): void {
        ended();
      }
    },
  };
}
