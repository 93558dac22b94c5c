import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { BATCH_STATUSES } from '../../batches/batch-status';
import { INPUT_FORMATS } from './input/input-format';
import type { CreateFlags, ListFlags, ResultsFlags } from './commands/batches';
import type { RunFlags } from './commands/run';
import { runCommand, type SessionOptions } from './session';

const PACKAGE = join(__dirname, '..', '..', '..', 'package.json');
const ABOUT = 'Sends many LLM requests as one batch, follows it to its end, and writes what came of each request.';
const EXAMPLES = `
Examples:
  meshbatch run requests.jsonl -o results.jsonl
  meshbatch run reviews.csv -o answers.jsonl --model openai/gpt-4o-mini --prompt 'Is this positive? {{text}}' --id-column id
  cat requests.jsonl | meshbatch create - --metadata team=search
  meshbatch list --active
  meshbatch results batch_01K… --status failed

The service is found at MESHBATCH_URL, or on this machine, and asked with the key MESHBATCH_KEY.

Exit codes: 0 all succeeded, 1 some requests failed, 2 the command or its input is not right, 3 the batch failed, expired or was cancelled,
4 the service refused or cannot be reached, 130 interrupted.`;
const INPUT = 'requests as JSON or JSON lines, or rows as CSV, TSV or JSON lines; - is standard input';

/** The command line of the client. What a command needs is loaded when it runs. */
export function clientProgram(): Command {
  const program = new Command('meshbatch').description(ABOUT).addHelpText('after', EXAMPLES).exitOverride();
  program.version((JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string }).version);
  addSending(program);
  addBatches(program);
  addOthers(program);
  return program;
}

function addSending(program: Command): void {
  withInput(program.command('run'))
    .description('create a batch, follow it, and write its results; after Ctrl-C the same command goes on with it')
    .option('-o, --output <file>', 'where the results go, as JSON lines; standard output when left out')
    .option('--force', 'replace an output that is there by the results of a new batch')
    .action((input: string, flags: RunFlags & SessionOptions) =>
      runCommand(flags, async (session) => (await import('./commands/run.js')).run(session, input, flags)),
    );
  withInput(program.command('create'))
    .description('create a batch and print its id')
    .action((input: string, flags: CreateFlags & SessionOptions) =>
      runCommand(flags, async (session) => (await import('./commands/batches.js')).create(session, input, flags)),
    );
}

function addBatches(program: Command): void {
  for (const [name, description] of [
    ['watch', 'follow a batch to its end; the exit code says how it ended'],
    ['get', 'show a batch'],
    ['cancel', 'cancel a batch; what ran is kept'],
    ['retry', 'send again what failed of a batch that has ended'],
  ] as const) {
    withSession(program.command(name))
      .argument('<batch>', 'its id')
      .description(description)
      .action((id: string, flags: SessionOptions) =>
        runCommand(flags, async (session) => (await import('./commands/batches.js'))[name](session, id)),
      );
  }
  withSession(program.command('results'))
    .argument('<batch>', 'its id')
    .description('write the results of a batch, as JSON lines')
    .option('-o, --output <file>', 'where they go; standard output when left out')
    .addOption(new Option('--status <status>', 'only these').choices(['succeeded', 'failed']))
    .action((id: string, flags: ResultsFlags & SessionOptions) =>
      runCommand(flags, async (session) => (await import('./commands/batches.js')).results(session, id, flags)),
    );
}

function addOthers(program: Command): void {
  withSession(program.command('list'))
    .description('list batches, newest first')
    .option('--limit <number>', 'how many', wholeNumber, 20)
    .option('--after <batch>', 'only those older than this one')
    .addOption(
      new Option('--status <status...>', 'only those with one of these').choices(BATCH_STATUSES).conflicts('active'),
    )
    .option('--active', 'only those that have not ended')
    .action((flags: ListFlags & SessionOptions) =>
      runCommand(flags, async (session) => (await import('./commands/batches.js')).list(session, flags)),
    );
  withSession(program.command('models'))
    .description('list the models that can be named')
    .action((flags: SessionOptions) =>
      runCommand(flags, async (session) => (await import('./commands/batches.js')).models(session)),
    );
  program
    .command('keys')
    .description(
      'make and change API keys, as the operator: the same as meshbatch-keys, beside the data of the service',
    )
    .argument('[args...]')
    .helpOption(false)
    .allowUnknownOption()
    .action(async (args: string[]) => (await import('./commands/keys.js')).keys(args));
}

function withSession(command: Command): Command {
  return command
    .option('--base-url <url>', 'where the service is (MESHBATCH_URL)')
    .option('--key <key>', 'the API key; better in MESHBATCH_KEY, since others see the arguments of a process')
    .option('--json', 'print JSON, a document a line');
}

function withInput(command: Command): Command {
  return withSession(command.argument('<input>', INPUT))
    .addOption(
      new Option('--format <format>', 'of the input, where neither name nor content tells').choices(INPUT_FORMATS),
    )
    .option('--model <model>', 'makes requests of rows, for this model')
    .option('--prompt <template>', "their prompts, such as 'Translate {{text}} into French'")
    .option('--system <template>', 'their system prompts')
    .option('--id-column <column>', 'the column that becomes the custom_id; row-1 and so on when left out')
    .option('--max-tokens <number>', 'the most tokens of an answer to a row', wholeNumber)
    .option('--delimiter <text>', 'between the cells of a table')
    .option('--url <path>', 'the endpoint, such as /v1/embeddings, of requests that name none')
    .option('--window <window>', 'the completion window, such as 24h')
    .option('--metadata <key=value>', 'kept with the batch; may be repeated', keyValue)
    .option('--wait', 'wait for a free place when as many batches are active as may be');
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number above 0.');
  return Number(text);
}

function keyValue(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const split = text.indexOf('=');
  if (split < 1) throw new InvalidArgumentError('It must be like team=search.');
  return { ...before, [text.slice(0, split)]: text.slice(split + 1) };
}
