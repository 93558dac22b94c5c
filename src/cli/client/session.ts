import { SystemClock, type Clock } from '../../common/clock';
import { SystemRandom, type Random } from '../../common/random';
import { InvalidBaseUrlError, clientSettings, type ClientSettings } from '../../config/client-settings';
import { loadEnvFile } from '../../config/local-service';
import { BatchApi } from './batch-api';
import { RefusedError, UnreachableError } from './call-errors';
import { CommandError, ExitCode } from './exit-code';
import { exitCodeOfRefusal, explainRefusal, explainUnreachable } from './explain-error';
import { Follower } from './follower';
import { HttpCalls } from './http-calls';
import { Output } from './output';
import { Results } from './results-file';

/** The options that every command has. */
export interface SessionOptions {
  readonly baseUrl?: string;
  readonly key?: string;
  readonly json?: true;
}

/** What a command works with. */
export interface Session {
  readonly settings: ClientSettings;
  readonly api: BatchApi;
  readonly follower: Follower;
  readonly results: Results;
  readonly output: Output;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborts at Ctrl-C; a second one ends the process. */
  readonly signal: AbortSignal;
}

/** Runs a command from settings to exit code; what went wrong is told in sentences. */
export async function runCommand(
  options: SessionOptions,
  command: (session: Session) => Promise<ExitCode>,
): Promise<void> {
  const output = new Output(process, options.json ?? false);
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupt.abort());
  // Until it is known better: a process that ends with something still awaited must not look like a success.
  process.exitCode = ExitCode.refused;
  try {
    loadEnvFile();
    process.exitCode = await command(openSession(options, output, interrupt.signal));
  } catch (error) {
    process.exitCode = interrupt.signal.aborted ? ExitCode.interrupted : explain(error, output);
  }
}

function openSession(options: SessionOptions, output: Output, signal: AbortSignal): Session {
  const settings = clientSettings(options);
  const [clock, random] = [new SystemClock(), new SystemRandom()];
  const api = new BatchApi(new HttpCalls(settings, clock, random, signal));
  const [follower, results] = [new Follower(api, clock, signal), new Results(api, signal)];
  return { settings, api, follower, results, output, clock, random, signal };
}

/** Tells what went wrong; the exit code for it. */
function explain(error: unknown, output: Output): ExitCode {
  if (error instanceof RefusedError) {
    output.tell(explainRefusal(error));
    return exitCodeOfRefusal(error);
  }
  if (error instanceof UnreachableError) output.tell(explainUnreachable(error));
  else output.tell(error instanceof Error ? error.message : String(error));
  if (error instanceof CommandError) return error.exitCode;
  // A file of the user's that cannot be written, or an address that is none.
  const isUsage = error instanceof InvalidBaseUrlError || (error as NodeJS.ErrnoException).syscall !== undefined;
  return isUsage ? ExitCode.usage : ExitCode.refused;
}
