import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { Equals, IsIn, IsObject, IsString, ValidateBy, type ValidationOptions } from 'class-validator';
import { ENDPOINTS } from '../../providers/contract/adapter';
import {
  codePoints,
  CUSTOM_ID_MAX_LENGTH,
  DEFAULT_ENDPOINT,
  DEFAULT_METHOD,
  isModelName,
  isPrintable,
} from '../item-rules';

function Rule(name: string, type: string, message: string, holds: (value: unknown) => boolean, loc?: string) {
  const options: ValidationOptions = { message, context: { type, ...(loc !== undefined && { loc }) } };
  return ValidateBy({ name, validator: { validate: (value: unknown) => holds(value) } }, options);
}

const text = (value: unknown) => (typeof value === 'string' ? value : null);
const member = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;

/** One request of a batch; its rules in words that a caller understands. */
@ApiSchema({ name: 'BatchRequestItem', title: 'BatchRequestItem' } as object)
export class BatchRequestItemDto {
  @ApiProperty({ type: 'string' })
  @IsString()
  @Rule('notEmpty', 'string_too_short', 'String should have at least 1 character', (value) => text(value) !== '')
  @Rule(
    'notTooLong',
    'string_too_long',
    `String should have at most ${CUSTOM_ID_MAX_LENGTH} characters`,
    (value) => codePoints(text(value) ?? '') <= CUSTOM_ID_MAX_LENGTH,
  )
  @Rule(
    'printable',
    'string_pattern_mismatch',
    'String should hold no control characters and no lone surrogates',
    (value) => isPrintable(text(value) ?? ''),
  )
  custom_id!: string;

  @ApiPropertyOptional({ type: 'string', default: DEFAULT_METHOD })
  @IsString()
  @Equals(DEFAULT_METHOD, { message: 'Input should be "POST"' })
  method: string = DEFAULT_METHOD;

  @ApiPropertyOptional({ type: 'string', default: DEFAULT_ENDPOINT })
  @IsString()
  @IsIn(ENDPOINTS, { message: `Input should be one of ${ENDPOINTS.join(', ')}` })
  url: string = DEFAULT_ENDPOINT;

  @ApiProperty({ type: 'object', additionalProperties: { description: 'Any type' } as object })
  @IsObject()
  @Rule('hasModel', 'missing', 'Field required', (value) => member(value, 'model') !== undefined, 'model')
  @Rule(
    'modelIsString',
    'string_type',
    'Input should be a valid, non-empty string',
    (value) => member(value, 'model') === undefined || isModelName(member(value, 'model')),
    'model',
  )
  @Rule(
    'doesNotStream',
    'literal_error',
    'A batch cannot stream',
    (value) => member(value, 'stream') !== true,
    'stream',
  )
  body!: Record<string, unknown>;
}
