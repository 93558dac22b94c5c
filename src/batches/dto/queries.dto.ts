import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsIn, IsInt, IsOptional, IsString, Matches, Max, Min, MinLength } from 'class-validator';
import { ToInteger } from '../../http/to-integer.decorator';
import { RESULT_ID } from '../result-id';

const MAX_RESULTS_LIMIT = 10_000;
const MAX_CUSTOM_IDS = 100;

export class GetBatchQuery {
  @ApiPropertyOptional({
    type: 'string',
    enum: ['true', 'false'],
    default: 'true',
    description: 'Whether to send `results`',
  })
  @IsIn(['true', 'false'], { message: 'Input should be true or false' })
  results: 'true' | 'false' = 'true';
}

export class BatchResultsQuery {
  @ApiPropertyOptional({
    type: 'string',
    enum: ['true', 'false'],
    default: 'false',
    description: 'The latest entry of each request of the batch and its retries, in the order of the first batch',
  })
  @IsIn(['true', 'false'], { message: 'Input should be true or false' })
  merged: 'true' | 'false' = 'false';

  @ApiPropertyOptional({ type: 'string', description: 'Only entries behind the one with this id' })
  @IsOptional()
  @Matches(RESULT_ID, { message: 'Input should be the id of an entry' })
  after?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_RESULTS_LIMIT, description: 'All when left out' })
  @IsOptional()
  @ToInteger()
  @IsInt({ message: 'Input should be a valid integer' })
  @Min(1, { message: 'Input should be greater than or equal to 1' })
  @Max(MAX_RESULTS_LIMIT, { message: `Input should be less than or equal to ${MAX_RESULTS_LIMIT}` })
  limit?: number;

  @ApiPropertyOptional({
    type: 'string',
    enum: ['succeeded', 'failed'],
    description: 'Only successes (2xx), or only the rest',
  })
  @IsOptional()
  @IsIn(['succeeded', 'failed'], { message: 'Input should be succeeded or failed' })
  status?: 'succeeded' | 'failed';

  @ApiPropertyOptional({
    type: [String],
    maxItems: MAX_CUSTOM_IDS,
    description: 'Only the entries with one of these; may be repeated',
  })
  @IsOptional()
  @Transform(({ value }) => (typeof value === 'string' ? [value] : (value as unknown)))
  @IsString({ each: true, message: 'Input should be a valid string' })
  @MinLength(1, { each: true, message: 'Input should have at least 1 character' })
  @ArrayMaxSize(MAX_CUSTOM_IDS, { message: `At most ${MAX_CUSTOM_IDS} at once` })
  custom_id?: string[];
}
