import type { IncomingMessage } from 'node:http';
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { UnauthorizedError } from './auth.errors';
import { OwnerResolver, type Owner, type Scope } from './owner';
import { OwnerGuard, ownerOf, RequireScope } from './owner.guard';

class FixedResolver extends OwnerResolver {
  constructor(private readonly scopes: readonly Scope[] | null) {
    super();
  }

  async resolve(): Promise<Owner> {
    if (!this.scopes) throw new UnauthorizedError();
    return { id: 'owner_1', scopes: this.scopes };
  }
}

class Routes {
  read(): void {}

  write(): void {}
}
RequireScope('batches:write')(Routes.prototype, 'write', Object.getOwnPropertyDescriptor(Routes.prototype, 'write')!);

function ask(scopes: readonly Scope[] | null, route: keyof Routes) {
  const request = {} as IncomingMessage;
  const context = {
    switchToHttp: () => ({ getRequest: () => request }),
    getHandler: () => Routes.prototype[route],
  } as unknown as ExecutionContext;
  const answer = new OwnerGuard(new FixedResolver(scopes), new Reflector()).canActivate(context);
  return { request, answer };
}

describe('OwnerGuard', () => {
  it('lets an owner through who has the scope, and notes who it is', async () => {
    const { request, answer } = ask(['batches:write'], 'write');
    expect(ownerOf(request)).toBeUndefined();
    expect(await answer).toBe(true);
    expect(ownerOf(request)).toEqual({ id: 'owner_1', scopes: ['batches:write'] });
  });

  it.each<[readonly Scope[], keyof Routes]>([
    [['batches:read'], 'write'],
    [['batches:write'], 'read'],
    [[], 'read'],
  ])('forbids an owner with %j to %s', async (scopes, route) => {
    const { request, answer } = ask(scopes, route);
    await expect(answer).rejects.toMatchObject({ code: 'forbidden' });
    expect(ownerOf(request)).toBeUndefined();
  });

  it('asks for reading where a route names no scope', async () => {
    expect(await ask(['batches:read'], 'read').answer).toBe(true);
  });

  it('passes the refusal of a login on', async () => {
    await expect(ask(null, 'read').answer).rejects.toMatchObject({ code: 'unauthorized' });
  });
});
