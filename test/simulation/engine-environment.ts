import { PGlite } from '@electric-sql/pglite';
import { TestEnvironment } from 'jest-environment-node';

/** The engine loads its parts by `import()`, which Node refuses to code that jest runs: so it comes from outside. */
export default class EngineEnvironment extends TestEnvironment {
  override async setup(): Promise<void> {
    await super.setup();
    Object.assign(this.global, { PGlite });
  }
}
