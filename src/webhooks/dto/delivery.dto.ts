import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { toUnixSeconds } from '../../common/clock';
import { DELIVERY_STATUSES, type DeliveryStatus, type WebhookDeliveryEntity } from '../webhook-delivery.entity';
import { TEST_EVENT, WEBHOOK_EVENTS } from '../webhook-events';
import { ListDto } from '../../http/dto/list.dto';

@ApiSchema({ name: 'WebhookDelivery' })
export class DeliveryDto {
  @ApiProperty({
    type: 'string',
    description: 'Also the header `webhook-id`, the same at every attempt',
    example: 'delivery_01KAPJ3N1ZJZ5T8Y0Q5W1V7C2D',
  })
  id!: string;

  @ApiProperty({ type: 'string', enum: ['webhook.delivery'] })
  object!: 'webhook.delivery';

  @ApiProperty({ type: 'string' })
  webhook_id!: string;

  @ApiProperty({ type: 'string', enum: [...WEBHOOK_EVENTS, TEST_EVENT] })
  type!: string;

  @ApiProperty({ type: 'string', nullable: true, description: 'Null for a test' })
  batch_id!: string | null;

  @ApiProperty({ type: 'string', enum: DELIVERY_STATUSES })
  status!: DeliveryStatus;

  @ApiProperty({ type: 'integer', description: 'Attempts that were begun' })
  attempts!: number;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Null where there was no answer' })
  last_status_code!: number | null;

  @ApiProperty({ type: 'string', nullable: true, description: 'Why it is not delivered' })
  last_error!: string | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Unix seconds; null once it is delivered or given up' })
  next_attempt_at!: number | null;

  @ApiProperty({ type: 'integer', description: 'Unix seconds' })
  created_at!: number;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Unix seconds' })
  delivered_at!: number | null;
}

@ApiSchema({ name: 'WebhookDeliveryList' })
export class DeliveryListDto extends ListDto {
  @ApiProperty({ type: [DeliveryDto] })
  data!: DeliveryDto[];
}

export function toDeliveryDto(delivery: WebhookDeliveryEntity): DeliveryDto {
  const { status, dueAt, deliveredAt } = delivery;
  return {
    id: delivery.id,
    object: 'webhook.delivery',
    webhook_id: delivery.endpointId,
    type: delivery.type,
    batch_id: delivery.batchId,
    status,
    attempts: delivery.attempts,
    last_status_code: delivery.lastStatusCode,
    last_error: delivery.lastError,
    next_attempt_at: status === 'pending' ? toUnixSeconds(dueAt.getTime()) : null,
    created_at: toUnixSeconds(delivery.createdAt.getTime()),
    delivered_at: deliveredAt && toUnixSeconds(deliveredAt.getTime()),
  };
}
