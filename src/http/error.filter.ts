import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { SafeLogger } from '../common/safe-logger';
import { discardBody } from './discard-body';
import { codeOfStatus, ERROR_STATUS } from './error-status';
import { MeshbatchError, ValidationFailedError, type ErrorCode } from './meshbatch-error';
import { nodeRequest, nodeResponse, type PlatformRequest, type PlatformResponse } from './platform';
import { RequestIds } from './request-id';
import { sendJson } from './send-json';

/** The error envelope of every answer that is not a success. */
interface ErrorBody {
  readonly error: { code: ErrorCode; message: string; details?: unknown; more?: number };
  readonly detail?: unknown;
  readonly request_id: string;
}

/** Turns whatever a route threw into the envelope; what nobody foresaw is logged and answered as a plain 500. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new SafeLogger(ErrorFilter.name);

  constructor(private readonly requestIds: RequestIds) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = nodeRequest(host.switchToHttp().getRequest<PlatformRequest>());
    const answer = host.switchToHttp().getResponse<PlatformResponse>();
    const response = nodeResponse(answer);
    const requestId = this.requestIds.of(request, response);
    const error = this.toMeshbatchError(thrown, requestId);
    if (response.headersSent || response.destroyed) {
      // Part of a success is already on its way: a cut is the only honest sign left.
      response.destroy();
      return;
    }
    sendJson(answer, bodyOf(error, requestId), ERROR_STATUS[error.code]);
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
}

function bodyOf(error: MeshbatchError, requestId: string): ErrorBody {
  return {
    error: { code: error.code, message: error.message, ...error.extras },
    ...(error instanceof ValidationFailedError && { detail: error.faults }),
    request_id: requestId,
  };
}
