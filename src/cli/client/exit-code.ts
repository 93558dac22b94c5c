/** What the exit code of a client's command says. */
export const ExitCode = {
  succeeded: 0,
  /** The batch completed, and some of its requests failed. */
  someFailed: 1,
  /** The command, or its input, is not right. */
  usage: 2,
  /** The batch ended as failed, expired or cancelled. */
  notCompleted: 3,
  /** The service refused, or cannot be reached. */
  refused: 4,
  /** By Ctrl-C, as shells have it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Ends a command; the message, a line or several, is for whoever typed it. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';

  constructor(
    message: string,
    readonly exitCode: ExitCode,
  ) {
    super(message);
  }
}

/** The command, or its input, is not right. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError';

  constructor(message: string) {
    super(message, ExitCode.usage);
  }
}
