import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { ERROR_STATUS } from '../error-status';
import type { ErrorCode } from '../meshbatch-error';
import { ValidationErrorDto } from './validation-error.dto';

/** What went wrong, for a program and for a person. */
@ApiSchema({ name: 'ErrorEnvelopeError' })
export class ErrorEnvelopeErrorDto {
  @ApiProperty({ type: 'string', enum: Object.keys(ERROR_STATUS), example: 'not_found' })
  code!: ErrorCode;

  @ApiProperty({ type: 'string' })
  message!: string;

  @ApiPropertyOptional({ description: 'Any type that the code calls for, such as the list of faults' })
  details?: unknown;

  @ApiPropertyOptional({ type: 'integer', description: 'How many more entries `details` would have without its cap' })
  more?: number;
}

/** The body of every answer that is not a success. */
@ApiSchema({ name: 'ErrorEnvelope' })
export class ErrorEnvelopeDto {
  @ApiProperty({ type: ErrorEnvelopeErrorDto })
  error!: ErrorEnvelopeErrorDto;

  @ApiPropertyOptional({ type: [ValidationErrorDto], description: 'The faults of a 422' })
  detail?: ValidationErrorDto[];

  @ApiProperty({ type: 'string', description: 'The `X-Request-Id` of the answer' })
  request_id!: string;
}
