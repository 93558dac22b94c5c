import { runProcess } from './config/run-process';

/** The service: HTTP, and the background work unless ROLE is api; the background work alone when ROLE is worker. */
void runProcess(null, async ({ ROLE }) =>
  ROLE === 'worker'
    ? (await import('./config/start-worker.js')).startWorker
    : (await import('./config/start-service.js')).startService,
);
