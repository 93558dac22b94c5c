import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { OperatorError } from '../common/operator-error';
import { controlSocketPath } from '../persistence/embedded/data-folder';
import type { OperatorRows, SentCommand } from './operator-command';

const answerWire = z.object({
  result: z.array(z.record(z.string(), z.unknown())).optional(),
  error: z.string().optional(),
});

/** Asks the running process to carry out a command; null when none runs on that data folder. Throws {@link OperatorError}. */
export async function sendCommand(dataDir: string, command: SentCommand): Promise<OperatorRows | null> {
  const socketPath = await controlSocketPath(dataDir);
  const answer = await post(socketPath, JSON.stringify(command));
  if (answer === null) return null;
  const { result, error } = answerWire.parse(JSON.parse(answer));
  if (!result) throw new OperatorError(error ?? 'The service gave no answer');
  return result;
}

/** The answer's body, or null when nobody listens. */
function post(socketPath: string, body: string): Promise<string | null> {
  return new Promise((done, fail) => {
    const call = request({ socketPath, method: 'POST', path: '/commands' }, (response) => {
      text(response).then(done, fail);
    });
    call.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') done(null);
      else fail(error);
    });
    call.end(body);
  });
}
