import { Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { PlatformRequest } from './platform-request.js';
import { IS_PUBLIC } from './public.decorator.js';
import { SessionTokens } from './session-tokens.js';

/**
 * The platform's login. It is global, so it also runs on the routes of Meshbatch, and before anything of Meshbatch: it
 * only has to leave on the request what `CustomerOwnerResolver` asks for.
 */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(
    private readonly tokens: SessionTokens,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()])) return true;
    const request = context.switchToHttp().getRequest<PlatformRequest>();
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    const customerId = token === undefined ? null : this.tokens.read(token);
    if (customerId === null) throw new UnauthorizedException('Log in first.');
    request.customerId = customerId;
    return true;
  }
}
