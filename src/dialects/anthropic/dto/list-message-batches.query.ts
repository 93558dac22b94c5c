import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';

const MAX_LIMIT = 1000;
const DEFAULT_LIMIT = 20;
const BATCH_ID = /^batch_[0-9A-HJKMNP-TV-Z]{26}$/;
const MUST_BE_ID = { message: 'Input should be the id of a batch' };

export class ListMessageBatchesQuery {
  @ApiPropertyOptional({ type: 'string', description: 'Only batches older than this id' })
  @IsOptional()
  @Matches(BATCH_ID, MUST_BE_ID)
  after_id?: string;

  @ApiPropertyOptional({ type: 'string', description: 'Only batches newer than this id; those next to it first' })
  @IsOptional()
  @Matches(BATCH_ID, MUST_BE_ID)
  before_id?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT })
  @Transform(({ value }) => (typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : (value as unknown)))
  @IsInt({ message: 'Input should be a valid integer' })
  @Min(1, { message: 'Input should be greater than or equal to 1' })
  @Max(MAX_LIMIT, { message: `Input should be less than or equal to ${MAX_LIMIT}` })
  limit: number = DEFAULT_LIMIT;
}
