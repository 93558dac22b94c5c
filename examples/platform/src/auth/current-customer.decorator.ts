import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { PlatformRequest } from './platform-request.js';

/** The id of the customer who is logged in. */
export const CurrentCustomerId = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<PlatformRequest>().customerId,
);
