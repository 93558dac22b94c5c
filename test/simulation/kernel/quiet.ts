/** What is on its way back into this thread: files being read or written, and callbacks of the next turn. */
const UNDER_WAY = /^(FSReq|CloseReq|Immediate)/;

/**
 * Resolves once nothing in this process moves any more by itself: every promise that can go on has gone on, and no file is being
 * read or written. What is left waits for the scheduler.
 */
export async function quiet(): Promise<void> {
  do await turn();
  while (process.getActiveResourcesInfo().some((resource) => UNDER_WAY.test(resource)));
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
