import { ApiExtraModels, ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { ListDto } from '../../http/dto/list.dto';
import { BatchErrorDto, BatchSummaryDto, BatchUsageDto } from './batch.dto';

@ApiSchema({ name: 'BatchResultResponse' })
export class BatchResultResponseDto {
  @ApiProperty({ type: 'integer' })
  status_code!: number;

  @ApiProperty({ type: 'string', nullable: true })
  request_id!: string | null;

  @ApiProperty({ description: 'Any type: the body of the answer, such as a chat completion' })
  body!: unknown;
}

@ApiSchema({ name: 'BatchResultError' })
export class BatchResultErrorDto {
  @ApiProperty({ type: 'string', example: 'batch_cancelled' })
  code!: string;

  @ApiProperty({ type: 'string' })
  message!: string;
}

/** What became of one request. */
@ApiSchema({ name: 'BatchResult' })
@ApiExtraModels(BatchResultResponseDto, BatchResultErrorDto)
export class BatchResultDto {
  @ApiProperty({ type: 'string' })
  id!: string;

  @ApiProperty({ type: 'string' })
  custom_id!: string;

  @ApiProperty({ oneOf: [{ $ref: '#/components/schemas/BatchResultResponse' }, { type: 'null' }] as object[] })
  response!: BatchResultResponseDto | null;

  @ApiProperty({ oneOf: [{ $ref: '#/components/schemas/BatchResultError' }, { type: 'null' }] as object[] })
  error!: BatchResultErrorDto | null;
}

/** A batch as create, get and cancel show it. */
@ApiSchema({ name: 'Batch' })
@ApiExtraModels(BatchResultDto, BatchUsageDto)
export class BatchDto extends BatchSummaryDto {
  @ApiProperty({ type: [BatchErrorDto] })
  errors_detail!: BatchErrorDto[];

  @ApiProperty({
    type: 'array',
    nullable: true,
    items: { $ref: '#/components/schemas/BatchResult' },
    description: 'One entry a request, in the order of the requests, once the batch has ended; null until then',
  })
  results!: BatchResultDto[] | null;

  @ApiPropertyOptional({
    type: 'boolean',
    description: 'The results are too long to be inline: read `/results` or the files',
  })
  results_truncated?: boolean;
}

@ApiSchema({ name: 'BatchList' })
export class BatchListDto extends ListDto {
  @ApiProperty({ type: [BatchSummaryDto] })
  data!: BatchSummaryDto[];
}
