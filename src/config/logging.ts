import type { IncomingMessage, ServerResponse } from 'node:http';
import { pino, stdSerializers, type DestinationStream, type Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import { ownerOf } from '../auth/owner.guard';
import { LoggedError } from '../common/logged-error';
import type { RequestIds } from '../http/request-id';
import type { Env } from './env';
import { requestLogger } from './pino-logger';

const QUIET_PATHS = /^\/health\//;

type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** What the process logs with: pretty on a terminal, JSON elsewhere. */
export function createPino({ LOG_LEVEL }: Pick<Env, 'LOG_LEVEL'>, destination?: DestinationStream): Logger {
  const options = {
    level: LOG_LEVEL,
    redact: [
      'req.headers',
      '*.authorization',
      '*.headers.authorization',
      '*.headers["x-api-key"]',
      '*.apiKey',
      '*.api_key',
    ],
    serializers: {
      req: stdSerializers.wrapRequestSerializer(({ id, method, url }) => ({ id, method, url })),
      res: stdSerializers.wrapResponseSerializer(({ statusCode }) => ({ status: statusCode })),
      err: serializeError,
    },
  };
  if (destination) return pino(options, destination);
  if (!process.stdout.isTTY) return pino(options);
  const pretty = { target: 'pino-pretty', options: { singleLine: true, ignore: 'pid,hostname' } };
  return pino({ ...options, transport: pretty });
}

/** One line a request, with no header in it; what is logged while it is handled names the request too. */
export function requestLogging(logger: Logger, requestIds: RequestIds): Middleware {
  const logRequest = pinoHttp({
    logger,
    // The logger has its own serializers; pino-http would run its own before them.
    wrapSerializers: false,
    genReqId: (request, response) => requestIds.of(request, response),
    autoLogging: { ignore: (request) => QUIET_PATHS.test(request.url ?? '') },
    customProps: (request) => ({ owner: ownerOf(request)?.id }),
  });
  return (request, response, next) => {
    logRequest(request, response);
    requestLogger.run(request.log, next);
  };
}

/** In pino's own order and with its own name for the kind of an error. */
function serializeError(thrown: unknown): unknown {
  const error = LoggedError.of(thrown);
  if (!(error instanceof LoggedError)) return error;
  const { name, ...rest } = error.toJSON();
  return { type: name, ...rest };
}
