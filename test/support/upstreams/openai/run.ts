import { parseArgs } from 'node:util';
import { OpenAiSimulator } from './openai-simulator';

/** Starts a simulator alone, on `--port` with `--key`, and prints `{"url": …}` when it takes requests. */
export async function main(argv: readonly string[] = process.argv.slice(2)): Promise<OpenAiSimulator> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string', default: '0' },
      key: { type: 'string' },
      'state-ms': { type: 'string' },
    },
  });
  const ms = values['state-ms'] === undefined ? undefined : Number(values['state-ms']);
  const simulator = await OpenAiSimulator.start({
    port: Number(values.port),
    ...(values.key === undefined ? {} : { apiKey: values.key }),
    ...(ms === undefined ? {} : { validatingMs: ms, runningMs: ms, finalizingMs: ms, cancellingMs: ms }),
  });
  process.stdout.write(`${JSON.stringify({ url: simulator.url })}\n`);
  return simulator;
}

if (require.main === module) void main();
