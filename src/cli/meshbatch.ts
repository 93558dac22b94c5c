#!/usr/bin/env node
import { CommanderError } from 'commander';
import { ExitCode } from './client/exit-code';
import { clientProgram } from './client/program';

// Whoever reads may have enough, such as `head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(ExitCode.succeeded);
});

clientProgram()
  .parseAsync()
  .catch((error: unknown) => {
    if (!(error instanceof CommanderError)) throw error;
    // It has said already what is wrong, or what was asked for.
    process.exitCode = error.exitCode === 0 ? ExitCode.succeeded : ExitCode.usage;
  });
