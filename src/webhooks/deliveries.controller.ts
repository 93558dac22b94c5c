import { Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiController } from '../auth/api-controller.decorator';
import type { Owner } from '../auth/owner';
import { CurrentOwner, RequireScope } from '../auth/owner.guard';
import { toList } from '../http/dto/list.dto';
import type { PlatformResponse } from '../http/platform';
import { RawBody } from '../http/raw-body';
import { sendJson } from '../http/send-json';
import { ValidQuery } from '../http/valid-query.decorator';
import { DeliveriesService } from './deliveries.service';
import { DeliveryDto, DeliveryListDto, toDeliveryDto } from './dto/delivery.dto';
import { ListDeliveriesQuery } from './dto/queries.dto';

@ApiController('v1/webhooks/:webhook_id', 'subpackage_webhooks')
export class DeliveriesController {
  constructor(private readonly deliveries: DeliveriesService) {}

  @Post('test')
  @HttpCode(200)
  @RequireScope('batches:write')
  @RawBody()
  @ApiOperation({ operationId: 'test-webhook-v-1-webhooks-webhook-id-test-post', summary: 'Test Webhook' })
  @ApiOkResponse({ description: 'Successful Response', type: DeliveryDto })
  async test(
    @CurrentOwner() owner: Owner,
    @Param('webhook_id') id: string,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    sendJson(response, toDeliveryDto(await this.deliveries.test(owner.id, id)));
  }

  @Get('deliveries')
  @ApiOperation({
    operationId: 'list-webhook-deliveries-v-1-webhooks-webhook-id-deliveries-get',
    summary: 'List Webhook Deliveries',
  })
  @ApiOkResponse({ description: 'Successful Response', type: DeliveryListDto })
  async list(
    @CurrentOwner() owner: Owner,
    @Param('webhook_id') id: string,
    @ValidQuery(ListDeliveriesQuery) query: ListDeliveriesQuery,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const { deliveries, hasMore } = await this.deliveries.list(owner.id, id, query.limit, query.after);
    const data = deliveries.map(toDeliveryDto);
    sendJson(response, toList(data, hasMore) satisfies DeliveryListDto);
  }

  @Post('deliveries/:delivery_id/replay')
  @HttpCode(200)
  @RequireScope('batches:write')
  @RawBody()
  @ApiOperation({
    operationId: 'replay-webhook-delivery-v-1-webhooks-webhook-id-deliveries-delivery-id-replay-post',
    summary: 'Replay Webhook Delivery',
  })
  @ApiOkResponse({ description: 'Successful Response', type: DeliveryDto })
  async replay(
    @CurrentOwner() owner: Owner,
    @Param('webhook_id') webhookId: string,
    @Param('delivery_id') id: string,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    sendJson(response, toDeliveryDto(await this.deliveries.replay(owner.id, webhookId, id)));
  }
}
