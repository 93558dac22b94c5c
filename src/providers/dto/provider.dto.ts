import { ApiProperty, ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'ProviderLimits', description: 'Of one upstream batch; a larger one is split.' })
export class ProviderLimitsDto {
  @ApiProperty({ type: 'integer' })
  max_requests!: number;

  @ApiProperty({ type: 'integer' })
  min_requests!: number;

  @ApiProperty({ type: 'integer' })
  max_bytes!: number;

  @ApiProperty({ type: 'integer' })
  max_request_bytes!: number;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Upstream batches open at once; null: no such limit.' })
  max_concurrent_batches!: number | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Of all requests together; null: no such limit.' })
  max_embedding_inputs!: number | null;
}

@ApiSchema({ name: 'ProviderNotes' })
export class ProviderNotesDto {
  @ApiProperty({ type: 'string', description: 'What a cancel does there.' })
  cancel!: string;

  @ApiProperty({ type: 'string', description: 'What becomes of requests that do not run in time.' })
  expiry!: string;

  @ApiProperty({ type: 'string', description: 'What is refused there.' })
  refused!: string;
}

/** A provider, and what its batch API allows. */
@ApiSchema({ name: 'Provider' })
export class ProviderDto {
  @ApiProperty({ type: 'string', example: 'openai' })
  id!: string;

  @ApiProperty({ type: 'string', example: 'OpenAI' })
  name!: string;

  @ApiProperty({
    enum: ['supported', 'planned', 'none'],
    description: 'A batch for any but `supported` is refused with 501.',
  })
  batch!: 'supported' | 'planned' | 'none';

  @ApiProperty({ type: 'boolean' })
  configured!: boolean;

  @ApiProperty({ type: 'boolean', description: 'Taken from documentation alone: nobody has checked it line by line.' })
  unverified!: boolean;

  @ApiProperty({ type: 'array', items: { type: 'string' } })
  endpoints!: string[];

  @ApiProperty({ type: 'array', items: { type: 'string' } })
  completion_windows!: string[];

  @ApiProperty({ type: ProviderLimitsDto, nullable: true })
  limits!: ProviderLimitsDto | null;

  @ApiProperty({
    enum: ['stops', 'discards', 'none'],
    nullable: true,
    description: '`none`: a cancelled batch waits for the end there. `discards`: it does so once anything of it ran.',
  })
  cancel!: 'stops' | 'discards' | 'none' | null;

  @ApiProperty({ type: ProviderNotesDto, nullable: true })
  notes!: ProviderNotesDto | null;
}
