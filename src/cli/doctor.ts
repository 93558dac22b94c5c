#!/usr/bin/env node
import { Command } from 'commander';
import { operateAndPrint } from './operator';

const program = new Command('doctor').description(
  'Compares rows, blobs, jobs and providers, also while the service runs, changes nothing, and prints what does not fit together; ' +
    'the exit code is 1 when something does not.',
);

program.action(() =>
  operateAndPrint('doctor', {}, (rows) => rows.every(({ found, failure }) => !found && failure === undefined)),
);

void program.parseAsync();
