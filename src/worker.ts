import { runProcess } from './config/run-process';

/** The background work alone, without HTTP. */
void runProcess('worker', async () => (await import('./config/start-worker.js')).startWorker);
