import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';

/**
 * The reference titles every schema and one of its schemas is a bare `oneOf`. The decorator passes such keys through
 * although its type knows only name and description; a key set to undefined is gone once the document is JSON.
 */
const Schema = (title: string, more: object = {}) => ApiSchema({ name: title, title, ...more } as object);

/** One step to the value at fault: the name of a field or the index of an item. */
@Schema('ValidationErrorLocItems', {
  oneOf: [{ type: 'string' }, { type: 'integer' }],
  type: undefined,
  properties: undefined,
})
export class ValidationErrorLocItemsDto {}

/** What a rule that failed has to say beyond its message. */
@Schema('ValidationErrorCtx')
export class ValidationErrorCtxDto {}

/** One fault of a request. */
@Schema('ValidationError')
export class ValidationErrorDto {
  @ApiProperty({ type: [ValidationErrorLocItemsDto] })
  loc!: (string | number)[];

  @ApiProperty({ type: 'string' })
  msg!: string;

  @ApiProperty({ type: 'string' })
  type!: string;

  @ApiPropertyOptional({ description: 'Any type' })
  input?: unknown;

  @ApiPropertyOptional({ type: ValidationErrorCtxDto })
  ctx?: ValidationErrorCtxDto;
}

/** The part of a 422 that the reference describes. */
@Schema('HTTPValidationError')
export class HttpValidationErrorDto {
  @ApiPropertyOptional({ type: [ValidationErrorDto] })
  detail?: ValidationErrorDto[];
}
