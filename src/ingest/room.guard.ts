import { Injectable, SetMetadata, type CanActivate, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { CreateLoad } from './create-load';

const NEEDS_ROOM = 'meshbatch:needs-room';

/** Marks a route whose requests are worked on in a place of {@link CreateLoad}. */
export const NeedsRoom = (): CustomDecorator => SetMetadata(NEEDS_ROOM, true);

/** Refuses what there is no place for before its key is looked up, so that what is refused costs the database nothing. */
@Injectable()
export class RoomGuard implements CanActivate {
  constructor(
    private readonly load: CreateLoad,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (this.reflector.get<true | undefined>(NEEDS_ROOM, context.getHandler())) this.load.assertRoom();
    return true;
  }
}
