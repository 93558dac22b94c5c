import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';

const MAX_LIMIT = 100;
const DEFAULT_LIMIT = 20;

class PageQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT })
  @Transform(({ value }) => (typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : (value as unknown)))
  @IsInt({ message: 'Input should be a valid integer' })
  @Min(1, { message: 'Input should be greater than or equal to 1' })
  @Max(MAX_LIMIT, { message: `Input should be less than or equal to ${MAX_LIMIT}` })
  limit: number = DEFAULT_LIMIT;
}

export class ListWebhooksQuery extends PageQuery {
  @ApiPropertyOptional({ type: 'string', description: 'Only webhooks older than this id' })
  @IsOptional()
  @Matches(/^whk_[0-9A-HJKMNP-TV-Z]{26}$/, { message: 'Input should be the id of a webhook' })
  after?: string;
}

export class ListDeliveriesQuery extends PageQuery {
  @ApiPropertyOptional({ type: 'string', description: 'Only deliveries older than this id' })
  @IsOptional()
  @Matches(/^delivery_[0-9A-HJKMNP-TV-Z]{26}$/, { message: 'Input should be the id of a delivery' })
  after?: string;
}
