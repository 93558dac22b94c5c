import type { Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';

/** Something that a host gives ready-made, or as a class that is made with what the module's imports export. */
export type InstanceOrClass<T> = T | Type<T>;

/** The instance itself, made now if it was given as a class. */
export async function instanceOf<T extends object>(given: InstanceOrClass<T>, moduleRef: ModuleRef): Promise<T> {
  return typeof given === 'function' ? moduleRef.create(given) : given;
}
