import { ApiProperty, ApiSchema } from '@nestjs/swagger';

const PROCESSING_STATUSES = ['in_progress', 'canceling', 'ended'] as const;
export type ProcessingStatus = (typeof PROCESSING_STATUSES)[number];

const count = () => ApiProperty({ type: 'integer' });
const instant = () => ApiProperty({ type: 'string', format: 'date-time' });
const nullableInstant = () => ApiProperty({ type: 'string', format: 'date-time', nullable: true });

/** Until the batch has ended, all of its requests are processing. */
@ApiSchema({ name: 'MessageBatchRequestCounts' })
export class MessageBatchRequestCountsDto {
  @count()
  processing!: number;

  @count()
  succeeded!: number;

  @count()
  errored!: number;

  @count()
  canceled!: number;

  @count()
  expired!: number;
}

@ApiSchema({ name: 'MessageBatch' })
export class MessageBatchDto {
  @ApiProperty({ type: 'string', example: 'batch_01KAPJ3N1ZJZ5T8Y0Q5W1V7C2D' })
  id!: string;

  @ApiProperty({ type: 'string', enum: ['message_batch'] })
  type!: 'message_batch';

  @ApiProperty({ type: 'string', enum: PROCESSING_STATUSES })
  processing_status!: ProcessingStatus;

  @ApiProperty({ type: MessageBatchRequestCountsDto })
  request_counts!: MessageBatchRequestCountsDto;

  @instant()
  created_at!: string;

  @instant()
  expires_at!: string;

  @nullableInstant()
  ended_at!: string | null;

  @nullableInstant()
  cancel_initiated_at!: string | null;

  @nullableInstant()
  archived_at!: string | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Once it has ended; below the base URL that the client was given',
  })
  results_url!: string | null;
}

@ApiSchema({ name: 'MessageBatchList' })
export class MessageBatchListDto {
  @ApiProperty({ type: [MessageBatchDto] })
  data!: MessageBatchDto[];

  @ApiProperty({ type: 'boolean' })
  has_more!: boolean;

  @ApiProperty({ type: 'string', nullable: true })
  first_id!: string | null;

  @ApiProperty({ type: 'string', nullable: true })
  last_id!: string | null;
}

/** What a deleted batch leaves to its caller. */
@ApiSchema({ name: 'DeletedMessageBatch' })
export class DeletedMessageBatchDto {
  @ApiProperty({ type: 'string' })
  id!: string;

  @ApiProperty({ type: 'string', enum: ['message_batch_deleted'] })
  type!: 'message_batch_deleted';
}
