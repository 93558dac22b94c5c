/** What all requests share, such as the database's connections, is in use and did not come free in time: nothing was done. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
}
