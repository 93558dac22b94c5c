import type { IncomingMessage } from 'node:http';
import {
  createParamDecorator,
  Injectable,
  SetMetadata,
  type CanActivate,
  type CustomDecorator,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ForbiddenError } from './auth.errors';
import { nodeRequest, type PlatformRequest } from '../http/platform';
import { OwnerResolver, type LoginRequest, type Owner, type Scope } from './owner';

const REQUIRED_SCOPE = 'meshbatch:required-scope';
const OWNER = Symbol('meshbatch:owner');

type OwnedRequest = IncomingMessage & { [OWNER]?: Owner };

/** The scope that a route asks of its caller; `batches:read` where none is named. */
export const RequireScope = (scope: Scope): CustomDecorator => SetMetadata(REQUIRED_SCOPE, scope);

/** Lets a request through once its owner is known, before a byte of its body is read. */
@Injectable()
export class OwnerGuard implements CanActivate {
  constructor(
    private readonly resolver: OwnerResolver,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<PlatformRequest & LoginRequest>();
    const owner = await this.resolver.resolve(request);
    assertOwner(owner);
    const scope = this.reflector.get<Scope | undefined>(REQUIRED_SCOPE, context.getHandler()) ?? 'batches:read';
    if (!owner.scopes.includes(scope)) throw new ForbiddenError(`The API key lacks the scope ${scope}.`);
    (nodeRequest(request) as OwnedRequest)[OWNER] = owner;
    return true;
  }
}

/** A login of the host's is not ours to trust blindly: batches of an owner without an id would be everybody's. */
function assertOwner(owner: unknown): asserts owner is Owner {
  const { id, scopes } = (owner ?? {}) as Partial<Owner>;
  if (typeof id === 'string' && id !== '' && Array.isArray(scopes)) return;
  throw new Error(
    'The OwnerResolver gave no owner: it must resolve to an object with a non-empty id and a list of scopes',
  );
}

/** The owner whom the guard found on a request; undefined before, and on routes without it. */
export function ownerOf(request: IncomingMessage): Owner | undefined {
  return (request as OwnedRequest)[OWNER];
}

/** The owner whom the guard found. */
export const CurrentOwner = createParamDecorator((_: unknown, context: ExecutionContext): Owner => {
  const owner = ownerOf(nodeRequest(context.switchToHttp().getRequest<PlatformRequest>()));
  if (!owner) throw new Error('CurrentOwner needs OwnerGuard on its route');
  return owner;
});
