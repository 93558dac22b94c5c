import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { requestedVersion, SUPPORTED_VERSIONS } from './api-version';
import { MeshbatchError } from './meshbatch-error';
import { AnswerHeaders } from './answer-headers';

/** Settles the request id and the `X-Mesh-Version`, which comes before the key is looked at. */
@Injectable()
export class ApiVersionGuard implements CanActivate {
  constructor(private readonly headers: AnswerHeaders) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<IncomingMessage>();
    this.headers.set(request, context.switchToHttp().getResponse<ServerResponse>());
    if (requestedVersion(request) !== null) return true;
    throw new MeshbatchError('invalid_api_version', 'This X-Mesh-Version is not supported.', {
      details: { supported_versions: SUPPORTED_VERSIONS },
    });
  }
}
