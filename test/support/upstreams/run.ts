import { Command } from 'commander';
import type { AnySimulator } from './kit/simulator';
import { SIMULATORS } from './simulators';

interface RunOptions {
  readonly port: string;
  readonly key?: string;
  readonly stateMs?: string;
}

/** Starts the simulator of one provider alone, and prints its base URL when it takes requests. */
export async function main(argv: readonly string[] = process.argv.slice(2)): Promise<AnySimulator> {
  const command = new Command('simulate')
    .description(`Simulates the batch API of a provider on loopback: ${Object.keys(SIMULATORS).join(', ')}`)
    .argument('<provider>')
    .option('--port <port>', 'any free one, when left out', '0')
    .option('--key <key>', 'the only key that is taken')
    .option('--state-ms <ms>', 'how long a batch stays in each state')
    .parse([...argv], { from: 'user' });
  const start = SIMULATORS[command.args[0] ?? ''];
  if (!start) {
    return command.error(
      `There is no simulator of ${command.args[0]}; there are ${Object.keys(SIMULATORS).join(', ')}`,
    );
  }
  const { port, key, stateMs } = command.opts<RunOptions>();
  const simulator = await start({
    port: Number(port),
    ...(key !== undefined && { apiKey: key }),
    ...(stateMs !== undefined && { stateMs: Number(stateMs) }),
  });
  process.stdout.write(`${JSON.stringify({ url: simulator.url })}\n`);
  return simulator;
}

if (require.main === module) void main();
