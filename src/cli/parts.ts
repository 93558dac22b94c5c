#!/usr/bin/env node
import { Command } from 'commander';
import { operateAndPrint } from './operator';

const program = new Command('parts').description(
  'Settles parts of which nobody can tell whether their provider took the create, also while the service runs.',
);

program
  .command('list')
  .description('list the parts that need an operator, with what to look for at the provider')
  .action(() => operateAndPrint('parts.list', {}));

program
  .command('adopt')
  .argument('<part>', 'the id of the part, as listed')
  .argument('<upstream-id>', 'the id of its job at the provider')
  .description('go on with a job that the provider has: it is polled and collected as any other')
  .action((part: string, upstream: string) => operateAndPrint('parts.adopt', { part, upstream }));

program
  .command('resubmit')
  .argument('<part>', 'the id of the part, as listed')
  .option('--yes', 'the provider does not have the job; if it does, its items are bought twice', false)
  .description('send a part anew that the provider does not have')
  .action((part: string, { yes }: { yes: boolean }) => operateAndPrint('parts.resubmit', { part, yes }));

void program.parseAsync();
