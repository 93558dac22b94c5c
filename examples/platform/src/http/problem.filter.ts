import { Catch, HttpException, Injectable, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** Every error of the platform is `{ problem }`. */
@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  constructor(private readonly host: HttpAdapterHost) {}

  catch(thrown: unknown, context: ArgumentsHost): void {
    const status = statusOf(thrown);
    if (status >= 500) this.logger.error(thrown);
    const problem = { status, title: titleOf(thrown, status) };
    this.host.httpAdapter.reply(context.switchToHttp().getResponse(), { problem }, status);
  }
}

/** A body parser throws errors of its own, which carry their status as a member. */
function statusOf(thrown: unknown): number {
  if (thrown instanceof HttpException) return thrown.getStatus();
  const { statusCode } = (thrown ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : 500;
}

function titleOf(thrown: unknown, status: number): unknown {
  if (status >= 500) return 'Something went wrong.';
  if (!(thrown instanceof HttpException)) return (thrown as Error).message;
  const answer = thrown.getResponse();
  return typeof answer === 'object' && 'message' in answer ? answer.message : answer;
}
