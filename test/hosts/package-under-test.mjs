import { join } from 'node:path';
import { run } from './command.mjs';

/** Builds the repository and packs it as it would be published. Returns the path of the archive. */
export async function pack(repository, folder) {
  await run('npm', ['run', 'build'], { cwd: repository, timeoutMs: 90_000 });
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await run('npm', args, { cwd: repository, timeoutMs: 60_000 });
  const report = JSON.parse(stdout);
  // npm 12 tells packages by name, earlier ones as a list.
  const [{ filename }] = Array.isArray(report) ? report : Object.values(report);
  return join(folder, filename);
}
