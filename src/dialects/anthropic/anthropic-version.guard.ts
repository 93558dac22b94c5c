import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { MeshbatchError } from '../../http/meshbatch-error';
import { nodeRequest, nodeResponse, type PlatformRequest, type PlatformResponse } from '../../http/platform';
import { RequestIds } from '../../http/request-id';

/** The header under which the vendor's clients look for the request's id. */
export const REQUEST_ID_HEADER = 'request-id';
export const VERSION_HEADER = 'anthropic-version';
/**
 * The versions that clients of the vendor's name: its documentation the first, its SDK from 1.0 on the second. The batch object and
 * its rows have the same members in both, by the types of the `@anthropic-ai/sdk` package 1.14.
 */
export const ANTHROPIC_VERSIONS: readonly string[] = ['2023-06-01', '2026-10-21'];

/** Asks for the version that every request must name, and gives every answer the vendor's own header of its id. */
@Injectable()
export class AnthropicVersionGuard implements CanActivate {
  constructor(private readonly requestIds: RequestIds) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const request = nodeRequest(http.getRequest<PlatformRequest>());
    const response = nodeResponse(http.getResponse<PlatformResponse>());
    response.setHeader(REQUEST_ID_HEADER, this.requestIds.of(request, response));
    const version = request.headers[VERSION_HEADER];
    if (typeof version === 'string' && ANTHROPIC_VERSIONS.includes(version)) return true;
    const must = version === undefined ? 'header is required' : `must be ${ANTHROPIC_VERSIONS.join(' or ')}`;
    throw new MeshbatchError('invalid_api_version', `${VERSION_HEADER}: ${must}`);
  }
}
