import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CustomersModule } from '../customers/customers.module.js';
import { SessionGuard } from './session.guard.js';
import { SessionTokens } from './session-tokens.js';
import { SessionsController } from './sessions.controller.js';

@Module({})
export class AuthModule {
  static forRoot(secret: string): DynamicModule {
    return {
      module: AuthModule,
      imports: [CustomersModule],
      controllers: [SessionsController],
      providers: [
        { provide: SessionTokens, useValue: new SessionTokens(secret) },
        { provide: APP_GUARD, useClass: SessionGuard },
      ],
    };
  }
}
