import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { toFaults } from './faults';
import { ValidationFailedError } from './meshbatch-error';

const LOCATION = { body: 'body', query: 'query', param: 'path', custom: 'custom' } as const;

/** Checks a parameter against its decorated DTO class and refuses with the reference's 422. */
@Injectable()
export class DtoPipe implements PipeTransform {
  async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { metatype } = metadata;
    if (!metatype || metadata.type === 'custom' || metatype === String || metatype === Object) return value;
    const dto = plainToInstance(metatype as new () => object, value);
    const errors = await validate(dto, { forbidUnknownValues: false });
    if (errors.length > 0) throw new ValidationFailedError(toFaults(errors, [LOCATION[metadata.type]]));
    return dto;
  }
}
