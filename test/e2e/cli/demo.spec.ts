import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { FULL_TIER } from '../../support/tier';

const ROOT = resolve(__dirname, '../../..');
const run = promisify(execFile);

// It makes a database from nothing, which takes seconds.
(FULL_TIER ? describe : describe.skip)('npm run demo', () => {
  it('starts a service of its own, runs the example and shows the first results', async () => {
    const { stdout, stderr } = await run(process.execPath, ['scripts/demo.mjs'], { cwd: ROOT });
    expect(stderr).toContain('is completed: 220 of 220 succeeded, 0 failed.');
    expect(stdout).toMatch(/The first 3 results:\n {2}ticket-88213: .+\n {2}ticket-88214: .+\n {2}ticket-88219: /);
  });
});
