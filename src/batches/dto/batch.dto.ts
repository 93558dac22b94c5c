import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { BATCH_STATUSES, type BatchStatus } from '../batch-status';
import type { BatchError, BatchUsage } from '../batch.entity';

const id = (example: string) => ApiProperty({ type: 'string', example });
const nullableText = () => ApiProperty({ type: 'string', nullable: true });
const instant = () => ApiProperty({ type: 'integer', description: 'Unix seconds' });
const nullableInstant = () => ApiProperty({ type: 'integer', nullable: true, description: 'Unix seconds' });

@ApiSchema({ name: 'BatchRequestCounts' })
export class BatchRequestCountsDto {
  @ApiProperty({ type: 'integer' })
  total!: number;

  @ApiProperty({ type: 'integer', description: 'Successes; a hint of the provider while the batch runs' })
  completed!: number;

  @ApiProperty({ type: 'integer' })
  failed!: number;
}

@ApiSchema({ name: 'BatchUsage' })
export class BatchUsageDto implements BatchUsage {
  @ApiProperty({ type: 'integer' })
  input_tokens!: number;

  @ApiProperty({ type: 'integer' })
  output_tokens!: number;

  @ApiProperty({ type: 'integer' })
  total_tokens!: number;
}

@ApiSchema({ name: 'BatchError' })
export class BatchErrorDto implements BatchError {
  @ApiProperty({ type: 'string' })
  code!: string;

  @ApiProperty({ type: 'string' })
  message!: string;

  @ApiPropertyOptional({ type: 'integer', description: 'Line of the input, from 1' })
  line?: number;

  @ApiPropertyOptional({ type: 'string', description: 'custom_id of the request' })
  item?: string;
}

/** A batch as lists show it. */
@ApiSchema({ name: 'BatchSummary' })
export class BatchSummaryDto {
  @id('batch_01KAPJ3N1ZJZ5T8Y0Q5W1V7C2D')
  id!: string;

  @ApiProperty({ type: 'string', enum: ['batch'] })
  object!: 'batch';

  @id('/v1/chat/completions')
  endpoint!: string;

  @id('openai/gpt-4o-mini')
  model!: string;

  @id('openai')
  provider!: string;

  @ApiProperty({ type: 'string', enum: BATCH_STATUSES })
  status!: BatchStatus;

  @id('24h')
  completion_window!: string;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'The batch of which this one runs some requests again; null when it is no retry',
  })
  retry_of!: string | null;

  @ApiProperty({ type: 'string' })
  input_file_id!: string;

  @nullableText()
  output_file_id!: string | null;

  @nullableText()
  error_file_id!: string | null;

  @instant()
  created_at!: number;

  @nullableInstant()
  in_progress_at!: number | null;

  @nullableInstant()
  finalizing_at!: number | null;

  @nullableInstant()
  completed_at!: number | null;

  @nullableInstant()
  failed_at!: number | null;

  @instant()
  expires_at!: number;

  @nullableInstant()
  expired_at!: number | null;

  @nullableInstant()
  cancelling_at!: number | null;

  @nullableInstant()
  cancelled_at!: number | null;

  @ApiProperty({ type: BatchRequestCountsDto })
  request_counts!: BatchRequestCountsDto;

  @ApiProperty({ type: 'object', nullable: true, additionalProperties: true })
  metadata!: Record<string, unknown> | null;

  @ApiProperty({ oneOf: [{ $ref: '#/components/schemas/BatchUsage' }, { type: 'null' }] as object[] })
  usage!: BatchUsageDto | null;

  @ApiProperty({ type: 'boolean' })
  usage_synced!: boolean;
}
