import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { requestedVersion, SUPPORTED_VERSIONS } from './api-version';
import { MeshbatchError } from './meshbatch-error';
import { AnswerHeaders } from './answer-headers';
import { nodeRequest, nodeResponse, type PlatformRequest, type PlatformResponse } from './platform';
import { RawBodies } from './raw-body';

/** Settles the request id and the `X-Mesh-Version`, which comes before the key is looked at. */
@Injectable()
export class ApiVersionGuard implements CanActivate {
  constructor(
    private readonly headers: AnswerHeaders,
    private readonly rawBodies: RawBodies,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const request = nodeRequest(http.getRequest<PlatformRequest>());
    this.rawBodies.restore(request);
    this.headers.set(request, nodeResponse(http.getResponse<PlatformResponse>()));
    if (requestedVersion(request) !== null) return true;
    throw new MeshbatchError('invalid_api_version', 'This X-Mesh-Version is not supported.', {
      details: { supported_versions: SUPPORTED_VERSIONS },
    });
  }
}
