import { ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayNotEmpty, IsArray, IsBoolean, IsObject, IsOptional, IsString } from 'class-validator';
import { METADATA_LIMIT } from '../../ingest/dto/create-batch-request.dto';

const MAX_ERROR_CODES = 100;

/** The body of a retry, which may also be left out. */
@ApiSchema({ name: 'RetryBatchRequest' })
export class RetryBatchRequestDto {
  @ApiPropertyOptional({
    type: [String],
    maxItems: MAX_ERROR_CODES,
    description:
      'Only requests that failed with one of these: an `error.code`, or the status of the answer, such as `429`; all when left out',
  })
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MAX_ERROR_CODES, { message: `At most ${MAX_ERROR_CODES} at once` })
  @IsString({ each: true, message: 'Input should be a valid string' })
  error_codes?: string[] | null;

  @ApiPropertyOptional({
    type: 'boolean',
    default: false,
    description: 'Whether to retry what ended as `submission_unconfirmed` too: it may have run, and be paid for twice',
  })
  @IsOptional()
  @IsBoolean()
  include_unconfirmed?: boolean | null;

  @ApiPropertyOptional({ type: 'string', description: 'That of the batch when left out' })
  @IsOptional()
  @IsString()
  completion_window?: string | null;

  @ApiPropertyOptional({
    type: 'object',
    nullable: true,
    additionalProperties: true,
    description: 'That of the batch when left out; null for none',
  })
  @IsOptional()
  @IsObject()
  @METADATA_LIMIT
  metadata?: Record<string, unknown> | null;
}
