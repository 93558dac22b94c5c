import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { SafeLogger } from '../common/safe-logger';
import { discardBody } from './discard-body';
import { toEnvelope } from './error-envelope';
import { codeOfStatus, ERROR_STATUS } from './error-status';
import { MeshbatchError } from './meshbatch-error';
import { nodeRequest, nodeResponse, type PlatformRequest, type PlatformResponse } from './platform';
import { refusalOf } from './refusal';
import { RequestIds } from './request-id';
import { sendJson } from './send-json';

/** An answer that is not a success. */
export interface ErrorAnswer {
  readonly status: number;
  readonly body: object;
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
    const { retry_after_seconds: retryAfter } = error.extras;
    if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter);
    // What a client was too slow to send is not waited for again.
    if (error.code === 'request_timeout') response.setHeader('Connection', 'close');
    const { status, body } = this.answerOf(error, requestId);
    sendJson(answer, body, status);
    discardBody(request);
  }

  /** How an error is worded; a dialect has words of its own. */
  protected answerOf(error: MeshbatchError, requestId: string): ErrorAnswer {
    return { status: ERROR_STATUS[error.code], body: toEnvelope(error, requestId) };
  }

  private toMeshbatchError(thrown: unknown, requestId: string): MeshbatchError {
    const refusal = refusalOf(thrown);
    if (refusal) return refusal;
    if (thrown instanceof HttpException && thrown.getStatus() !== 500) {
      const code = codeOfStatus(thrown.getStatus());
      return new MeshbatchError(code, code === 'not_found' ? 'Resource not found.' : thrown.message);
    }
    this.logger.error({ err: thrown, request_id: requestId }, 'A request failed for a reason that nobody foresaw');
    return new MeshbatchError('internal_error', 'Internal error.');
  }
}
