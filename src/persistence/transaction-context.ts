import { AsyncLocalStorage } from 'node:async_hooks';

type AfterCommit = () => void;

const open = new AsyncLocalStorage<AfterCommit[]>();

/** Runs `work` marked as being inside a transaction; resolves to its result and what to call once it is committed. */
export async function runInTransactionContext<T>(
  work: () => Promise<T>,
): Promise<{ result: T; afterCommit: readonly AfterCommit[] }> {
  const afterCommit: AfterCommit[] = [];
  return { result: await open.run(afterCommit, work), afterCommit };
}

/** Has `action` called after the open transaction is committed; never when it is rolled back. */
export function afterCommit(action: AfterCommit): void {
  const actions = open.getStore();
  if (!actions) throw new Error('No transaction is open');
  actions.push(action);
}

/**
 * Throws when a transaction is open on this path of calls. With one connection a query outside the transaction's
 * manager would wait for ever, and on a pool the fault hides; HTTP and blob calls would hold the connection.
 */
export function assertNoTransaction(what: string): void {
  if (open.getStore()) throw new Error(`${what} inside a transaction: use the transaction's own manager only`);
}
