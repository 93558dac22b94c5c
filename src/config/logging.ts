import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Params } from 'nestjs-pino';
import { stdSerializers } from 'pino';
import { ownerOf } from '../auth/owner.guard';
import type { RequestIds } from '../http/request-id';
import type { Env } from './env';

const QUIET_PATHS = /^\/health\//;

/** One line a request, with no header in it; pretty on a terminal, JSON elsewhere. */
export function loggingOptions(env: Env, requestIds: RequestIds): Params {
  return {
    pinoHttp: {
      level: env.LOG_LEVEL,
      ...(process.stdout.isTTY && {
        transport: { target: 'pino-pretty', options: { singleLine: true, ignore: 'pid,hostname' } },
      }),
      redact: ['req.headers', '*.authorization', '*.headers.authorization', '*.apiKey', '*.api_key'],
      genReqId: (request: IncomingMessage, response: ServerResponse) => requestIds.of(request, response),
      autoLogging: { ignore: (request: IncomingMessage) => QUIET_PATHS.test(request.url ?? '') },
      customProps: (request: IncomingMessage) => ({ owner: ownerOf(request)?.id }),
      serializers: {
        req: ({ id, method, url }: { id: string; method: string; url: string }) => ({ id, method, url }),
        res: ({ statusCode }: { statusCode: number }) => ({ status: statusCode }),
        err: toLoggedError,
      },
    },
  };
}

/** An error without the values that a query was sent with. */
function toLoggedError(error: Error): object {
  const { type, message, stack, ...rest } = stdSerializers.err(error);
  const { code, cause } = rest as { code?: unknown; cause?: unknown };
  return {
    type,
    message,
    stack,
    ...(code !== undefined && { code }),
    ...(cause instanceof Error && { cause: cause.message }),
  };
}
