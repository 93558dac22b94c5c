import { ApiExtraModels, ApiProperty, ApiSchema } from '@nestjs/swagger';

const integer = (description: string) => ApiProperty({ type: 'integer', description });
const nullableInteger = (description: string) => ApiProperty({ type: 'integer', nullable: true, description });
const usd = (description: string) => ApiProperty({ type: 'number', description });

@ApiSchema({ name: 'BatchValidationCounts' })
export class BatchValidationCountsDto {
  @ApiProperty({ type: 'integer' })
  total!: number;
}

/** One upstream job that the batch would be. */
@ApiSchema({ name: 'BatchValidationPart' })
export class BatchValidationPartDto {
  @ApiProperty({ type: 'integer' })
  request_count!: number;

  @integer('Of its requests, as they are stored')
  bytes!: number;
}

/** The caps that apply to a batch of this model. */
@ApiSchema({ name: 'BatchValidationLimits' })
export class BatchValidationLimitsDto {
  @integer('Decoded bytes of a body')
  max_body_bytes!: number;

  @integer('Requests of a batch')
  max_requests!: number;

  @integer('Fewest requests that the provider takes')
  min_requests!: number;

  @nullableInteger('Bytes of one request, as the provider gets it; null: no limit')
  max_request_bytes!: number | null;

  @nullableInteger('Requests of one part; a larger batch is several parts')
  max_part_requests!: number | null;

  @nullableInteger('Bytes of one part')
  max_part_bytes!: number | null;

  @nullableInteger('Parts that the provider runs at once, of all batches together; null: no limit')
  max_concurrent_parts!: number | null;

  @ApiProperty({ type: [String], description: 'The completion windows that the provider takes' })
  completion_windows!: string[];
}

/** Tokens by a rule of thumb: no tokenizer of a vendor's was asked. */
@ApiSchema({ name: 'BatchTokenEstimate' })
export class BatchTokenEstimateDto {
  @integer('A guess')
  estimate!: number;

  @ApiProperty({ type: 'string', enum: ['bytes'], description: 'From the bytes of the requests, their JSON included' })
  basis!: 'bytes';

  @ApiProperty({ type: 'integer' })
  bytes_per_token!: number;
}

@ApiSchema({ name: 'BatchUsageEstimate' })
export class BatchUsageEstimateDto {
  @ApiProperty({ type: BatchTokenEstimateDto })
  input_tokens!: BatchTokenEstimateDto;
}

/** By the prices of the operator's catalog; what the answers cost depends on their length. */
@ApiSchema({ name: 'BatchCostEstimate' })
export class BatchCostEstimateDto {
  @ApiProperty({ type: 'string', enum: ['USD'] })
  currency!: 'USD';

  @usd('Of the estimated input tokens')
  input!: number;

  @usd('A million input tokens')
  input_price!: number;

  @usd('A million output tokens')
  output_price!: number;
}

/** What a create with this body would come to. */
@ApiSchema({ name: 'BatchValidation' })
@ApiExtraModels(BatchCostEstimateDto)
export class BatchValidationDto {
  @ApiProperty({ type: 'string', enum: ['batch.validation'] })
  object!: 'batch.validation';

  @ApiProperty({ type: 'boolean', enum: [true], description: 'What is not valid is refused as a create refuses it' })
  valid!: true;

  @ApiProperty({ type: 'string', example: 'openai/gpt-4o-mini' })
  model!: string;

  @ApiProperty({ type: 'string', example: 'openai' })
  provider!: string;

  @ApiProperty({ type: 'string', example: '/v1/chat/completions' })
  endpoint!: string;

  @ApiProperty({ type: BatchValidationCountsDto })
  request_counts!: BatchValidationCountsDto;

  @integer('Of the input file that the batch would have')
  bytes!: number;

  @ApiProperty({ type: [BatchValidationPartDto] })
  parts!: BatchValidationPartDto[];

  @ApiProperty({ type: BatchValidationLimitsDto })
  limits!: BatchValidationLimitsDto;

  @integer('Batches that the owner may still create, this one included')
  remaining_batches!: number;

  @ApiProperty({ type: BatchUsageEstimateDto })
  usage_estimate!: BatchUsageEstimateDto;

  @ApiProperty({ oneOf: [{ $ref: '#/components/schemas/BatchCostEstimate' }, { type: 'null' }] as object[] })
  cost_estimate!: BatchCostEstimateDto | null;
}
