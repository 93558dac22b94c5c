/** What a worker thread is started for. */
export type WorkerTask = { kind: 'initialise'; folder: string } | { kind: 'serve'; folder: string; socketPath: string };
