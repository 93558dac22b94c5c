import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Body,
  Controller,
  Get,
  Injectable,
  Module,
  Post,
  UnauthorizedException,
  ValidationPipe,
  type CallHandler,
  type DynamicModule,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { IsInt, IsString } from 'class-validator';
import { map, type Observable } from 'rxjs';
import { DataSource } from 'typeorm';
import {
  MeshbatchModule,
  migrate,
  OwnerResolver,
  type LoginRequest,
  type MeshbatchOptions,
  type Owner,
} from '../../../src';
import { serverDatabase } from '../postgres/test-databases';

export type Platform = 'express' | 'fastify';

/** The host's own login: whoever names an account is let in. */
@Injectable()
export class Accounts {
  find(headers: LoginRequest['headers']): string | null {
    const account = headers['x-account'];
    return typeof account === 'string' ? account : null;
  }
}

@Module({ providers: [Accounts], exports: [Accounts] })
export class AccountsModule {}

/** A class with a dependency of the host's. */
@Injectable()
export class AccountResolver extends OwnerResolver {
  constructor(private readonly accounts: Accounts) {
    super();
  }

  override resolve(request: LoginRequest): Promise<Owner> {
    const account = this.accounts.find(request.headers);
    if (account === null) throw new UnauthorizedException('Who are you?');
    return Promise.resolve({ id: `account:${account}`, scopes: ['batches:read', 'batches:write'] });
  }
}

class OrderDto {
  @IsString()
  item!: string;

  @IsInt()
  count!: number;
}

@Controller('orders')
class OrdersController {
  @Get()
  list(): object {
    return { orders: ['one'] };
  }

  @Post()
  create(@Body() order: OrderDto): object {
    return order;
  }
}

@Module({ controllers: [OrdersController] })
class OrdersModule {}

/** Wraps every answer of the host's. */
class Wrap implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

export interface HostSettings {
  readonly platform: Platform;
  /** Left out, the host is as it was before it embedded anything. */
  readonly meshbatch?: DynamicModule;
  readonly globalPrefix?: string;
}

/** A small platform with habits of its own: a global pipe, a global interceptor, a prefix. */
export async function startHost({
  platform,
  meshbatch,
  globalPrefix = 'api',
}: HostSettings): Promise<INestApplication> {
  @Module({ imports: [OrdersModule, ...(meshbatch ? [meshbatch] : [])] })
  class HostModule {}
  const quiet = { logger: false as const, abortOnError: false };
  const app =
    platform === 'fastify'
      ? await NestFactory.create(HostModule, new FastifyAdapter(), quiet)
      : await NestFactory.create(HostModule, quiet);
  app.setGlobalPrefix(globalPrefix);
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
  app.useGlobalInterceptors(new Wrap());
  await app.listen(0, '127.0.0.1');
  return app;
}

export function urlOf(app: INestApplication): string {
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

/** What a host has before it embeds: an open DataSource on a fresh database, and a folder. */
export interface HostGround {
  readonly dataSource: DataSource;
  readonly folder: string;
  close(): Promise<void>;
}

export async function hostGround(): Promise<HostGround> {
  const database = await serverDatabase();
  const dataSource = await new DataSource(database.options).initialize();
  const folder = await mkdtemp(join(tmpdir(), 'meshbatch-host-'));
  return {
    dataSource,
    folder,
    async close() {
      await dataSource.destroy();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Options on that ground, with the host's login. */
export function optionsOn({ dataSource, folder }: HostGround): MeshbatchOptions {
  return {
    persistence: { dataSource },
    blobs: { store: { folder: join(folder, 'blobs') } },
    auth: { ownerResolver: AccountResolver },
    quota: { batchLimitPerOwner: 3 },
    providers: { sandbox: true },
    execution: { scratchFolder: join(folder, 'scratch'), pollIntervalMs: 50 },
  };
}

/** Meshbatch as this host embeds it, its tables made. */
export async function embedOn(
  ground: HostGround,
  more: Partial<MeshbatchOptions> = {},
  modules: DynamicModule[] = [],
): Promise<DynamicModule> {
  await migrate(ground.dataSource, more.persistence);
  const options = { ...optionsOn(ground), ...more };
  return MeshbatchModule.forRootAsync({
    imports: [AccountsModule, ...modules],
    useFactory: () => options,
    routePrefix: 'llm',
  });
}
