import { mkdir } from 'node:fs/promises';
import { checkPublicSchema } from './batches-database.mjs';
import { compare } from './compare.mjs';
import { checkBatch, checkBigBatch, checkErrors, checkEvent, checkSuccesses } from './contract.mjs';
import { HostProcess } from './host-process.mjs';
import { checkLimit } from './limit.mjs';

/**
 * Runs one host and checks it. A host whose process does not work runs beside a worker, which is started late, so that
 * no batch ends before its limit is counted.
 */
export async function runHost({ name, platform, withWorker }, { project, databaseUrl, dataFolder, report }) {
  const check = (what, run) => report.check(name, what, run);
  await mkdir(dataFolder);
  const env = { PLATFORM: platform, PORT: '0', DATABASE_URL: databaseUrl, DATA_FOLDER: dataFolder };
  const host = new HostProcess(project, 'main.js', { ...env, WORK: withWorker ? 'on' : 'off' });
  const bare = new HostProcess(project, 'main.js', { ...env, MESHBATCH: 'off' });
  const addresses = await check('starts, with Meshbatch and without', () => Promise.all([host.ready(), bare.ready()]));
  if (!addresses) return;
  const [address, bareAddress] = addresses;

  await compare(check, address, bareAddress);
  await check('ends with 0 after SIGTERM, without Meshbatch', () => bare.terminate());
  await check('an owner is held to the limit', () => checkLimit(address, databaseUrl, { exact: !withWorker }));
  await check('errors keep their shape', () => checkErrors(address));
  await check('successes keep their shape', () => checkSuccesses(address));
  await check('takes a batch of 5 MB', () => checkBigBatch(address));
  const worker = withWorker ? undefined : await startWorker(check, project, env);
  const batch = await check('a batch completes', () => checkBatch(address));
  if (withWorker && batch) await check('the host sees batch.completed', () => checkEvent(batch));
  await check('tables stay in their schema', () => checkPublicSchema(databaseUrl));

  for (const [what, process] of Object.entries({ host, ...(worker && { worker }) })) {
    await check(`the ${what} ends with 0 after SIGTERM`, () => process.terminate());
    await check(`the ${what} logged no warning and no error`, () => process.assertQuiet());
  }
}

async function startWorker(check, project, env) {
  const worker = new HostProcess(project, 'worker.js', env);
  await check('the worker starts', () => worker.ready());
  return worker;
}
