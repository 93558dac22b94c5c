import { Catch, type ArgumentsHost } from '@nestjs/common';
import { ErrorFilter, type ErrorAnswer } from '../../http/error.filter';
import { ERROR_STATUS } from '../../http/error-status';
import type { ErrorCode, Fault, MeshbatchError } from '../../http/meshbatch-error';
import { nodeResponse, type PlatformResponse } from '../../http/platform';
import { errorTypeOf, messageError } from '../../providers/messages/message-error';
import { REQUEST_ID_HEADER } from './anthropic-version.guard';

/** Where the vendor has another status than ours for the same thing. */
const STATUSES: ReadonlyMap<ErrorCode, number> = new Map<ErrorCode, number>([
  ['validation_error', 400],
  ['service_unavailable', 529],
]);

/** Turns whatever a route of the dialect threw into an error as the vendor words it. */
@Catch()
export class AnthropicErrorFilter extends ErrorFilter {
  override catch(thrown: unknown, host: ArgumentsHost): void {
    const response = nodeResponse(host.switchToHttp().getResponse<PlatformResponse>());
    const requestId = response.getHeader('x-request-id');
    // A guard before ours may have refused.
    if (!response.headersSent && requestId !== undefined) response.setHeader(REQUEST_ID_HEADER, requestId);
    super.catch(thrown, host);
  }

  protected override answerOf(error: MeshbatchError, requestId: string): ErrorAnswer {
    const status = STATUSES.get(error.code) ?? ERROR_STATUS[error.code];
    // No credentials of a provider's are a fault of the service, and waiting does not help.
    const type = error.code === 'provider_not_available' ? 'api_error' : errorTypeOf(status);
    return { status, body: messageError(type, messageOf(error), requestId) };
  }
}

/** The vendor has but a sentence, so that it names each fault. */
function messageOf({ message, extras: { details, more } }: MeshbatchError): string {
  const faults: readonly unknown[] = Array.isArray(details) ? details : [];
  const named = faults.filter(isFault).map(({ loc, msg }) => `${loc.slice(1).join('.')}: ${msg}`);
  if (named.length === 0) return message;
  return [...named, ...(more === undefined ? [] : [`and ${more} more`])].join('; ');
}

function isFault(detail: unknown): detail is Fault {
  return typeof detail === 'object' && detail !== null && 'loc' in detail && 'msg' in detail;
}
