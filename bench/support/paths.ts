import { join, resolve } from 'node:path';

/** The repository: this file runs from `build/bench/bench/support`. */
export const REPOSITORY = resolve(__dirname, '../../../..');
/** The service, as `npm run build` leaves it. */
export const SERVICE_MAIN = join(REPOSITORY, 'dist/main.js');
/** Where the peers are installed and the results written. */
export const BENCH = join(REPOSITORY, 'bench');
/** Programs of the benchmark that run as processes of their own. */
export const processFile = (name: string) => join(__dirname, '../processes', `${name}.js`);
