import { createParamDecorator, type ExecutionContext, type PipeTransform, type Type } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { toFaults } from './faults';
import { ValidationFailedError } from './meshbatch-error';
import { nodeRequest, type PlatformRequest } from './platform';
import { rawQuery } from './raw-query';

/** Checks the query against its decorated DTO class and refuses with the reference's 422. */
class QueryPipe implements PipeTransform {
  constructor(private readonly dto: Type<object>) {}

  async transform(query: unknown): Promise<object> {
    const instance = plainToInstance(this.dto, query);
    const errors = await validate(instance, { forbidUnknownValues: false });
    if (errors.length > 0) throw new ValidationFailedError(toFaults(errors, ['query']));
    return instance;
  }
}

const FromQuery = createParamDecorator((_: unknown, context: ExecutionContext) =>
  rawQuery(nodeRequest(context.switchToHttp().getRequest<PlatformRequest>())),
);

/**
 * The query as an instance of a DTO class, documented field by field. Not Nest's own `@Query`: the pipes that a host has put on
 * all of its routes would run before ours and answer in their way.
 */
export function ValidQuery(dto: Type<object>): ParameterDecorator {
  return (target, key, index) => {
    const descriptor = key === undefined ? undefined : Object.getOwnPropertyDescriptor(target, key);
    if (key === undefined || !descriptor) throw new Error('ValidQuery belongs on a parameter of a method');
    FromQuery(new QueryPipe(dto))(target, key, index);
    ApiQuery({ type: dto })(target, key, descriptor);
  };
}
