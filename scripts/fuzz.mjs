#!/usr/bin/env node
/** Sends requests that are made from the API's document, and mutated: `npm run fuzz -- --count 100000 --seed 1`. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const env = { ...process.env, FUZZ_COUNT: values.count, FUZZ_SEED: values.seed };
process.exit(spawnSync(process.execPath, [jest, 'test/fuzz'], { stdio: 'inherit', env }).status ?? 1);
