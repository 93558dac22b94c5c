import type { IncomingMessage, ServerResponse } from 'node:http';
import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { discardBody } from './discard-body';
import { codeOfStatus, ERROR_STATUS } from './error-status';
import { MeshbatchError, ValidationFailedError, type ErrorCode } from './meshbatch-error';
import { RequestIds } from './request-id';

/** The error envelope of every answer that is not a success. */
interface ErrorBody {
  readonly error: { code: ErrorCode; message: string; details?: unknown; more?: number };
  readonly detail?: unknown;
  readonly request_id: string;
}

/** Turns whatever a route threw into the envelope; what nobody foresaw is logged and answered as a plain 500. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(ErrorFilter.name);

  constructor(private readonly requestIds: RequestIds) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<IncomingMessage>();
    const response = host.switchToHttp().getResponse<ServerResponse>();
    const requestId = this.requestIds.of(request, response);
    const error = this.toMeshbatchError(thrown, requestId);
    if (response.headersSent) {
      // Part of a success is already on its way: a cut is the only honest sign left.
      response.destroy();
      return;
    }
    this.answer(response, error, requestId);
    discardBody(request);
  }

  private toMeshbatchError(thrown: unknown, requestId: string): MeshbatchError {
    if (thrown instanceof MeshbatchError) return thrown;
    if (thrown instanceof HttpException && thrown.getStatus() !== 500) {
      const code = codeOfStatus(thrown.getStatus());
      return new MeshbatchError(code, code === 'not_found' ? 'Resource not found.' : thrown.message);
    }
    this.logger.error({ err: thrown, request_id: requestId }, 'A request failed for a reason that nobody foresaw');
    return new MeshbatchError('internal_error', 'Internal error.');
  }

  private answer(response: ServerResponse, error: MeshbatchError, requestId: string): void {
    const body: ErrorBody = {
      error: { code: error.code, message: error.message, ...error.extras },
      ...(error instanceof ValidationFailedError && { detail: error.faults }),
      request_id: requestId,
    };
    const bytes = Buffer.from(JSON.stringify(body));
    response.statusCode = ERROR_STATUS[error.code];
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.setHeader('Content-Length', bytes.length);
    response.end(bytes);
  }
}
