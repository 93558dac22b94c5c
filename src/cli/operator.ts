import { sendCommand } from '../admin/control-client';
import type { OperatorRows, SentCommand } from '../admin/operator-command';
import type { OperatorCommandInput, OperatorCommandName } from '../admin/operator-commands';
import { loadEnv } from '../config/env';
import { loadEnvFile } from '../config/local-service';

/** Carries out an operator's command: through the running process when it holds the data folder, else on the database. */
async function operate(command: SentCommand): Promise<OperatorRows> {
  loadEnvFile();
  const env = loadEnv();
  const answer = env.DATABASE_URL === undefined ? await sendCommand(env.DATA_DIR, command) : null;
  // Loaded late: a process that runs has all of it already.
  return answer ?? (await import('../config/run-command.js')).runCommand(env, command);
}

/** Runs an operator's command and prints its rows; exit code 1 when they are not well, or for a refusal, which is one sentence. */
export async function operateAndPrint<Name extends OperatorCommandName>(
  name: Name,
  input: OperatorCommandInput<Name>,
  areWell: (rows: OperatorRows) => boolean = () => true,
): Promise<void> {
  try {
    const rows = await operate({ name, input });
    for (const row of rows) console.log(formatRow(row));
    if (!areWell(rows)) process.exitCode = 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

function formatRow(row: Record<string, unknown>): string {
  const cells = Object.entries(row).map(([name, value]) => `${name}=${formatValue(value)}`);
  return cells.join('  ');
}

function formatValue(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
