#!/usr/bin/env node
import { Command } from 'commander';
import { operateAndPrint } from './operator';

const program = new Command('secrets').description(
  'Looks after the secrets that are stored, also while the service runs.',
);

program
  .command('reseal')
  .description(
    'seal them anew under the first key of SECRETS_KEY, so that the others can go; exit code 1 when one is left',
  )
  .action(() => operateAndPrint('secrets.reseal', {}, ([counts]) => counts?.unopened === 0));

void program.parseAsync();
