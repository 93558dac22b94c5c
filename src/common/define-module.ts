import { ConfigurableModuleBuilder, type DynamicModule, type Type } from '@nestjs/common';
import { assertImported, type ImportedModule } from './assert-imported';

/** What shapes a module's graph, and so cannot come out of an asynchronous factory. */
export interface ModuleExtras {
  /**
   * The modules that this one works with, as they were made for this application, and those that export what the host's own
   * classes inject.
   */
  readonly imports?: readonly ImportedModule[];
}

export interface HttpModuleExtras extends ModuleExtras {
  /** Whether the module's routes are registered; true when left out. */
  readonly http?: boolean;
}

/** What a module consists of beyond its decorator. */
export interface ModuleShape {
  /** The name without `Module`. */
  readonly name: string;
  /** The modules that it cannot work without. */
  readonly needs: readonly Type[];
  /** What its options are injected by, where the definition cannot be imported for it. */
  readonly token?: symbol;
}

/** The `forRoot` and `forRootAsync` of a module. Nothing is global: who needs a module imports it. */
export function defineModule<Options extends object>(shape: ModuleShape) {
  return new ConfigurableModuleBuilder<Options>(builderOptions(shape))
    .setClassMethodName('forRoot')
    .setExtras<ModuleExtras>({ imports: [] }, (definition, extras) => withImports(shape, definition, extras))
    .build();
}

/** As {@link defineModule}, for a module with routes, which a process without HTTP leaves out. */
export function defineHttpModule<Options extends object>(shape: ModuleShape, controllers: readonly Type[]) {
  return new ConfigurableModuleBuilder<Options>(builderOptions(shape))
    .setClassMethodName('forRoot')
    .setExtras<HttpModuleExtras>({ imports: [], http: true }, (definition, extras) => ({
      ...withImports(shape, definition, extras),
      controllers: extras.http === false ? [] : [...controllers],
    }))
    .build();
}

function builderOptions({ name, token }: ModuleShape) {
  return { moduleName: name, ...(token && { optionsInjectionToken: token }) };
}

function withImports(shape: ModuleShape, definition: DynamicModule, { imports = [] }: ModuleExtras): DynamicModule {
  const all = [...new Set([...(definition.imports ?? []), ...imports])];
  assertImported(`${shape.name}Module`, shape.needs, all);
  return { ...definition, imports: all };
}
