import { z } from 'zod';
import { sendCommand } from '../admin/control-client';
import { operatorCommand, runOperatorCommand, type OperatorCommandInput } from '../admin/operator-commands';
import { ApiKeysService } from '../auth/api-keys.service';
import { SystemClock } from '../common/clock';
import { Ids } from '../common/ids';
import { SystemRandom } from '../common/random';
import { openDatabase } from '../config/open-database';
import { loadEnv, loadEnvFile } from '../config/env';
import { ENTITIES } from '../meshbatch/entities';
import { DatabaseConnection } from '../persistence/database-connection';

type Rows = Record<string, unknown>[];

/** Carries out an operator's command: through the running process when it holds the data folder, else on the database. */
async function operate(asked: OperatorCommandInput): Promise<Rows> {
  const command = operatorCommand.parse(asked);
  loadEnvFile();
  const env = loadEnv();
  const answer = env.DATABASE_URL === undefined ? await sendCommand(env.DATA_DIR, asked) : null;
  if (answer) return answer;
  // Like an API process, it never changes the tables of a server that others use.
  const opened = await openDatabase({ ...env, ROLE: 'api' });
  try {
    const database = await new DatabaseConnection({ ...opened.options, entities: ENTITIES }).open();
    const [clock, random] = [new SystemClock(), new SystemRandom()];
    const keys = new ApiKeysService(database, clock, new Ids(clock, random), random);
    return await runOperatorCommand(keys, command);
  } finally {
    await opened.close();
  }
}

/** Runs an operator's command and prints its rows; a refusal is one sentence and exit code 1. */
export async function operateAndPrint(command: OperatorCommandInput): Promise<void> {
  try {
    for (const row of await operate(command)) console.log(formatRow(row));
  } catch (error) {
    console.error(messageOf(error));
    process.exitCode = 1;
  }
}

function messageOf(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error);
  return error instanceof Error ? error.message : String(error);
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
