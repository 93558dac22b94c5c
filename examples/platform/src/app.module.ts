import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from './auth/auth.module.js';
import { Customer } from './customers/customer.entity.js';
import { CustomersModule } from './customers/customers.module.js';
import type { Settings } from './settings.js';

/** The acme platform: customers, their logins, and, when it is on, their LLM batches. */
@Module({})
export class AppModule {
  static async forRoot(settings: Settings): Promise<DynamicModule> {
    return {
      module: AppModule,
      imports: [
        mainDatabase(),
        CustomersModule,
        AuthModule.forRoot(settings.sessionSecret),
        ...(settings.meshbatch ? [await llmModule(settings, true)] : []),
      ],
    };
  }
}

/** What runs the platform's batches in a process of its own. */
@Module({})
export class WorkerModule {
  static async forRoot(settings: Settings): Promise<DynamicModule> {
    const llm = await llmModule({ ...settings, work: true }, false);
    return { module: WorkerModule, imports: [mainDatabase(), CustomersModule, llm] };
  }
}

/** Loaded late, so that a platform with `MESHBATCH=off` has not even read the package. */
async function llmModule(settings: Settings, http: boolean): Promise<DynamicModule> {
  const { LlmModule } = await import('./llm/llm.module.js');
  return LlmModule.forRoot(settings, { http });
}

/** The platform's own database is on another engine than the batches; here it is gone when the process ends. */
function mainDatabase(): DynamicModule {
  return TypeOrmModule.forRoot({ type: 'sqljs', entities: [Customer], synchronize: true });
}
