import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The compiled service, whether this runs from the sources or compiled itself. */
export const DIST = join(repository(__dirname), 'dist');

function repository(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : repository(dirname(folder));
}
