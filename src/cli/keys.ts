#!/usr/bin/env node
import { Command, Option } from 'commander';
import { SCOPES, type Scope } from '../auth/owner';
import { operateAndPrint } from './operator';

const program = new Command('keys').description('Makes and changes API keys, also while the service runs.');

program
  .command('create')
  .description('make a key, and its owner when there is none of that name; the key is shown this once')
  .requiredOption('--owner <name>', 'whom the key belongs to')
  .addOption(new Option('--scope <scope...>', 'what the key may do').choices(SCOPES))
  .option('--expires <date>', 'an ISO 8601 date after which the key is refused')
  .action(({ owner, scope, expires }: { owner: string; scope?: Scope[]; expires?: string }) =>
    operateAndPrint('keys.create', {
      owner,
      ...(scope && { scopes: scope }),
      ...(expires !== undefined && { expiresAt: expires }),
    }),
  );

program
  .command('create-owner')
  .description('make an owner, with a limit of active batches of its own if given')
  .requiredOption('--owner <name>')
  .option('--batch-limit <number>', 'active batches allowed', Number)
  .action(({ owner, batchLimit }: { owner: string; batchLimit?: number }) =>
    operateAndPrint('owners.create', { owner, ...(batchLimit !== undefined && { batchLimit }) }),
  );

program
  .command('list')
  .description('list keys by their visible beginning')
  .action(() => operateAndPrint('keys.list', {}));

for (const [verb, description] of [
  ['suspend', 'refuse a key with 403 until it is activated again'],
  ['activate', 'take a suspended key again'],
  ['revoke', 'refuse a key with 401 for good'],
] as const) {
  program
    .command(verb)
    .argument('<id>', 'the id of the key, as listed')
    .description(description)
    .action((id: string) => operateAndPrint(`keys.${verb}` as const, { id }));
}

void program.parseAsync();
