import { parseArgs } from 'node:util';
import { AnthropicSimulator } from './anthropic-simulator';

/** Starts a simulator alone, on `--port` with `--key`, and prints `{"url": …}` when it takes requests. */
export async function main(argv: readonly string[] = process.argv.slice(2)): Promise<AnthropicSimulator> {
  const { values } = parseArgs({
    args: [...argv],
    options: { port: { type: 'string', default: '0' }, key: { type: 'string' }, 'state-ms': { type: 'string' } },
  });
  const ms = values['state-ms'] === undefined ? undefined : Number(values['state-ms']);
  const simulator = await AnthropicSimulator.start({
    port: Number(values.port),
    ...(values.key === undefined ? {} : { apiKey: values.key }),
    ...(ms === undefined ? {} : { runningMs: ms, cancelingMs: ms }),
  });
  process.stdout.write(`${JSON.stringify({ url: simulator.url })}\n`);
  return simulator;
}

if (require.main === module) void main();
