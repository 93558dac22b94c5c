import { parseArgs } from 'node:util';
import { DIALECTS } from './dialects/dialects';
import { OpenAiSimulator } from './openai-simulator';

/** Starts a simulator alone, on `--port` with `--key`, speaking `--dialect` (see `dialects/`), and prints `{"url": …}` when it takes requests. */
export async function main(argv: readonly string[] = process.argv.slice(2)): Promise<OpenAiSimulator> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string', default: '0' },
      key: { type: 'string' },
      dialect: { type: 'string', default: 'openai' },
      'state-ms': { type: 'string' },
    },
  });
  const ms = values['state-ms'] === undefined ? undefined : Number(values['state-ms']);
  const dialect = DIALECTS[values.dialect];
  if (!dialect) throw new Error(`No such dialect; there are ${Object.keys(DIALECTS).join(', ')}`);
  const simulator = await OpenAiSimulator.start({
    port: Number(values.port),
    dialect,
    ...(values.key === undefined ? {} : { apiKey: values.key }),
    ...(ms === undefined ? {} : { validatingMs: ms, runningMs: ms, finalizingMs: ms, cancellingMs: ms }),
  });
  process.stdout.write(`${JSON.stringify({ url: simulator.url })}\n`);
  return simulator;
}

if (require.main === module) void main();
