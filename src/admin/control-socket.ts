import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { OperatorError } from '../auth/auth.errors';
import type { DataFolder } from '../persistence/embedded/data-folder';
import { operatorCommand, type OperatorCommand } from './operator-commands';

/** Carries out an operator's command. */
export type CommandRunner = (command: OperatorCommand) => Promise<unknown>;

/** From now on carries out the commands of operators, who reach the running process by the control socket of its data folder. */
export function serveCommands(folder: DataFolder, runner: CommandRunner): void {
  folder.onRequest((request, response) => void answer(request, response, runner));
}

async function answer(request: IncomingMessage, response: ServerResponse, runner: CommandRunner): Promise<void> {
  const [status, body] = await run(request, runner);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function run(request: IncomingMessage, runner: CommandRunner): Promise<[number, object]> {
  try {
    const command = operatorCommand.parse(JSON.parse(await text(request)));
    return [200, { result: await runner(command) }];
  } catch (error) {
    const known = error instanceof OperatorError;
    return [known ? 409 : 500, { error: error instanceof Error ? error.message : 'Unknown error' }];
  }
}
