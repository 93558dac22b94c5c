import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { toUnixSeconds } from '../../common/clock';
import type { DisabledReason, WebhookEndpointEntity } from '../webhook-endpoint.entity';
import { WEBHOOK_EVENTS, type WebhookEvent } from '../webhook-events';
import type { NewSecret } from '../webhooks.service';
import { ListDto } from '../../http/dto/list.dto';

@ApiSchema({ name: 'Webhook' })
export class WebhookDto {
  @ApiProperty({ type: 'string', example: 'whk_01KAPJ3N1ZJZ5T8Y0Q5W1V7C2D' })
  id!: string;

  @ApiProperty({ type: 'string', enum: ['webhook'] })
  object!: 'webhook';

  @ApiProperty({ type: 'string' })
  url!: string;

  @ApiProperty({ type: 'array', items: { type: 'string', enum: [...WEBHOOK_EVENTS] } })
  events!: WebhookEvent[];

  @ApiProperty({ type: 'string', nullable: true })
  description!: string | null;

  @ApiProperty({ type: 'boolean', description: 'Whether nothing is sent there' })
  disabled!: boolean;

  @ApiProperty({
    type: 'string',
    nullable: true,
    enum: ['requested', 'gone'],
    description: '`gone`: it answered 410',
  })
  disabled_reason!: DisabledReason | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Unix seconds until which the secret before this one signs along',
  })
  previous_secret_until!: number | null;

  @ApiProperty({ type: 'integer', description: 'Unix seconds' })
  created_at!: number;
}

@ApiSchema({ name: 'WebhookWithSecret' })
export class WebhookWithSecretDto extends WebhookDto {
  @ApiProperty({
    type: 'string',
    description: 'What the signatures are made with; shown this once',
    example: 'whsec_…',
  })
  secret!: string;
}

@ApiSchema({ name: 'WebhookList' })
export class WebhookListDto extends ListDto {
  @ApiProperty({ type: [WebhookDto] })
  data!: WebhookDto[];
}

@ApiSchema({ name: 'DeletedWebhook' })
export class DeletedWebhookDto {
  @ApiProperty({ type: 'string' })
  id!: string;

  @ApiProperty({ type: 'string', enum: ['webhook'] })
  object!: 'webhook';

  @ApiProperty({ type: 'boolean', enum: [true] })
  deleted!: true;
}

export function toWebhookDto(endpoint: WebhookEndpointEntity): WebhookDto {
  const { previousSecretUntil: until } = endpoint;
  return {
    id: endpoint.id,
    object: 'webhook',
    url: endpoint.url,
    events: endpoint.events,
    description: endpoint.description,
    disabled: endpoint.disabledReason !== null,
    disabled_reason: endpoint.disabledReason,
    previous_secret_until: until && toUnixSeconds(until.getTime()),
    created_at: toUnixSeconds(endpoint.createdAt.getTime()),
  };
}

export function toWebhookWithSecret({ endpoint, secret }: NewSecret): WebhookWithSecretDto {
  return { ...toWebhookDto(endpoint), secret };
}
