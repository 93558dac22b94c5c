import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { CUSTOM_ID_MAX_LENGTH } from '../../../ingest/item-rules';

/** One request, as documented; it is checked as it streams, by the rules of every batch. */
@ApiSchema({ name: 'MessageBatchRequest' })
export class MessageBatchRequestDto {
  @ApiProperty({ type: 'string', minLength: 1, maxLength: CUSTOM_ID_MAX_LENGTH })
  custom_id!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    required: ['model', 'max_tokens', 'messages'],
    properties: {
      model: { type: 'string', example: 'claude-haiku-4-5' },
      max_tokens: { type: 'integer', minimum: 1 },
      messages: { type: 'array', minItems: 1, items: { type: 'object', additionalProperties: true } },
    },
    description: 'Parameters of the Messages API; one model a batch, of whichever provider',
  })
  params!: Record<string, unknown>;
}

@ApiSchema({ name: 'CreateMessageBatchRequest' })
export class CreateMessageBatchRequestDto {
  @ApiProperty({ type: [MessageBatchRequestDto], minItems: 1 })
  requests!: MessageBatchRequestDto[];
}
