import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { BASELINE_VERSION, requestedVersion } from './api-version';
import { RequestIds } from './request-id';

/** The headers that every answer carries, whatever else becomes of it. */
@Injectable()
export class AnswerHeaders {
  constructor(private readonly requestIds: RequestIds) {}

  set(request: IncomingMessage, response: ServerResponse): void {
    this.requestIds.of(request, response);
    if (!response.headersSent) response.setHeader('X-Mesh-Version', requestedVersion(request) ?? BASELINE_VERSION);
  }
}
