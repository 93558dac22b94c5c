import { ConfigurableModuleBuilder, Module, type DynamicModule } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { compose } from './compose';
import { MESHBATCH_OPTIONS, type MeshbatchExtras, type MeshbatchOptions } from './meshbatch.options';

/** Holds the options, so that every module can be given its own. */
@Module({ exports: [MESHBATCH_OPTIONS] })
class MeshbatchOptionsModule {}

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<MeshbatchOptions>({
  optionsInjectionToken: MESHBATCH_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setExtras<MeshbatchExtras>({ imports: [], http: true, routePrefix: '' }, composed)
  .build();

/** The host's asynchronous options come with the modules that they are made from, which its own classes may need as well. */
function composed({ module, providers = [], imports = [] }: DynamicModule, extras: MeshbatchExtras): DynamicModule {
  const options = { module: MeshbatchOptionsModule, imports, providers };
  const hostModules = [...new Set([...imports, ...(extras.imports ?? [])])];
  return { module, ...compose(options, { ...extras, imports: hostModules }) };
}

/**
 * The whole batch service inside another NestJS application. Imported once; other modules of the host import the same
 * dynamic module, or take what it exports through the one that does.
 */
@Module({})
export class MeshbatchModule extends ConfigurableModuleClass {
  /** @internal */
  constructor(modules: ModulesContainer) {
    super();
    const roots = [...modules.values()].filter(({ metatype }) => metatype === MeshbatchModule);
    if (roots.length < 2) return;
    throw new Error(
      'MeshbatchModule.forRoot was called more than once in this application: call it once, keep what it returns, and ' +
        'import that wherever it is needed',
    );
  }
}
