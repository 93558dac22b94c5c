import type { DynamicModule, Type } from '@nestjs/common';

/** A module as another one imports it. */
export type ImportedModule = NonNullable<DynamicModule['imports']>[number];

/** Where `@Module` keeps a class's imports; the only way to see those of a module that is no dynamic one. */
const IMPORTS = 'imports';

/**
 * Throws when what a module needs is nowhere in its imports: one sentence that says what to add and where, in place of Nest's
 * account of the first class whose constructor could not be served.
 */
export function assertImported(name: string, needs: readonly Type[], imports: readonly ImportedModule[]): void {
  const found = new Set<Type>();
  // What is only known later, a promise or a forward reference, may hold anything.
  if (!imports.every((imported) => collect(imported, found))) return;
  const missing = needs.find((needed) => !found.has(needed));
  if (!missing) return;
  throw new Error(
    `${name} needs ${missing.name}: make it once with ${missing.name}.forRoot and give it to ${name}.forRoot({ imports: [...] })`,
  );
}

/** Adds the classes of a module and of what it imports; false when not all can be known. */
function collect(imported: ImportedModule, found: Set<Type>): boolean {
  if (imported instanceof Promise || 'forwardRef' in imported) return false;
  const { module, imports = [] } = asDynamic(imported);
  if (found.has(module)) return true;
  found.add(module);
  const declared = (Reflect.getMetadata(IMPORTS, module) ?? []) as ImportedModule[];
  return [...imports, ...declared].every((inner) => collect(inner, found));
}

function asDynamic(imported: Type | DynamicModule): DynamicModule {
  return typeof imported === 'function' ? { module: imported } : imported;
}
