import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Matches, Max, Min } from 'class-validator';

const MAX_LIMIT = 100;
const DEFAULT_LIMIT = 20;

export class ListBatchesQuery {
  @ApiPropertyOptional({ type: 'string', description: 'Only batches older than this id' })
  @IsOptional()
  @Matches(/^batch_[0-9A-HJKMNP-TV-Z]{26}$/, { message: 'Input should be the id of a batch' })
  after?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT })
  @Transform(({ value }) => (typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : (value as unknown)))
  @IsInt({ message: 'Input should be a valid integer' })
  @Min(1, { message: 'Input should be greater than or equal to 1' })
  @Max(MAX_LIMIT, { message: `Input should be less than or equal to ${MAX_LIMIT}` })
  limit: number = DEFAULT_LIMIT;
}

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
