/** Resolves once the process has looked after whatever else has become ready: timers, sockets, files. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
