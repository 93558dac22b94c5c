import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { OperatorError } from '../common/operator-error';
import type { DataFolder } from '../persistence/embedded/data-folder';
import type { ServiceFinder } from './operator-command';
import { runOperatorCommand } from './operator-commands';

const sentCommand = z.object({ name: z.string(), input: z.unknown() });

/** From now on carries out the commands of operators, who reach the running process by the control socket of its data folder. */
export function serveCommands(folder: DataFolder, services: ServiceFinder): void {
  folder.onRequest((request, response) => void answer(request, response, services));
}

async function answer(request: IncomingMessage, response: ServerResponse, services: ServiceFinder): Promise<void> {
  const [status, body] = await run(request, services);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function run(request: IncomingMessage, services: ServiceFinder): Promise<[number, object]> {
  try {
    const command = sentCommand.parse(JSON.parse(await text(request)));
    return [200, { result: await runOperatorCommand(services, command) }];
  } catch (error) {
    const known = error instanceof OperatorError;
    return [known ? 409 : 500, { error: error instanceof Error ? error.message : 'Unknown error' }];
  }
}
