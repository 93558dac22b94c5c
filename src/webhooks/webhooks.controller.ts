import { Delete, Get, HttpCode, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiController } from '../auth/api-controller.decorator';
import type { Owner } from '../auth/owner';
import { CurrentOwner, RequireScope } from '../auth/owner.guard';
import { toList } from '../http/dto/list.dto';
import { JsonBodies } from '../http/json-body';
import type { PlatformRequest, PlatformResponse } from '../http/platform';
import { RawBody } from '../http/raw-body';
import { sendJson } from '../http/send-json';
import { ValidQuery } from '../http/valid-query.decorator';
import { ListWebhooksQuery } from './dto/queries.dto';
import { CreateWebhookDto, UpdateWebhookDto } from './dto/webhook-body.dto';
import {
  DeletedWebhookDto,
  toWebhookDto,
  toWebhookWithSecret,
  WebhookDto,
  WebhookListDto,
  WebhookWithSecretDto,
} from './dto/webhook.dto';
import { WebhooksService } from './webhooks.service';

@ApiController('v1/webhooks', 'subpackage_webhooks')
export class WebhooksController {
  constructor(
    private readonly webhooks: WebhooksService,
    private readonly bodies: JsonBodies,
  ) {}

  @Post()
  @HttpCode(200)
  @RequireScope('batches:write')
  @RawBody()
  @ApiOperation({ operationId: 'create-webhook-v-1-webhooks-post', summary: 'Create Webhook' })
  @ApiBody({ type: CreateWebhookDto })
  @ApiOkResponse({ description: 'Successful Response', type: WebhookWithSecretDto })
  async create(
    @CurrentOwner() owner: Owner,
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const body = await this.bodies.read(request, response, CreateWebhookDto);
    sendJson(response, toWebhookWithSecret(await this.webhooks.create(owner.id, body)));
  }

  @Get()
  @ApiOperation({ operationId: 'list-webhooks-v-1-webhooks-get', summary: 'List Webhooks' })
  @ApiOkResponse({ description: 'Successful Response', type: WebhookListDto })
  async list(
    @CurrentOwner() owner: Owner,
    @ValidQuery(ListWebhooksQuery) query: ListWebhooksQuery,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const { endpoints, hasMore } = await this.webhooks.list(owner.id, query.limit, query.after);
    const data = endpoints.map(toWebhookDto);
    sendJson(response, toList(data, hasMore) satisfies WebhookListDto);
  }

  @Get(':webhook_id')
  @ApiOperation({ operationId: 'get-webhook-v-1-webhooks-webhook-id-get', summary: 'Get Webhook' })
  @ApiOkResponse({ description: 'Successful Response', type: WebhookDto })
  async get(
    @CurrentOwner() owner: Owner,
    @Param('webhook_id') id: string,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    sendJson(response, toWebhookDto(await this.webhooks.get(owner.id, id)));
  }

  @Patch(':webhook_id')
  @RequireScope('batches:write')
  @RawBody()
  @ApiOperation({ operationId: 'update-webhook-v-1-webhooks-webhook-id-patch', summary: 'Update Webhook' })
  @ApiBody({ type: UpdateWebhookDto })
  @ApiOkResponse({ description: 'Successful Response', type: WebhookDto })
  async update(
    @CurrentOwner() owner: Owner,
    @Param('webhook_id') id: string,
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const body = await this.bodies.read(request, response, UpdateWebhookDto);
    sendJson(response, toWebhookDto(await this.webhooks.update(owner.id, id, body)));
  }

  @Delete(':webhook_id')
  @RequireScope('batches:write')
  @RawBody()
  @ApiOperation({ operationId: 'delete-webhook-v-1-webhooks-webhook-id-delete', summary: 'Delete Webhook' })
  @ApiOkResponse({ description: 'Successful Response', type: DeletedWebhookDto })
  async delete(
    @CurrentOwner() owner: Owner,
    @Param('webhook_id') id: string,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    await this.webhooks.delete(owner.id, id);
    sendJson(response, { id, object: 'webhook', deleted: true } satisfies DeletedWebhookDto);
  }

  @Post(':webhook_id/rotate-secret')
  @HttpCode(200)
  @RequireScope('batches:write')
  @RawBody()
  @ApiOperation({
    operationId: 'rotate-webhook-secret-v-1-webhooks-webhook-id-rotate-secret-post',
    summary: 'Rotate Webhook Secret',
  })
  @ApiOkResponse({ description: 'Successful Response', type: WebhookWithSecretDto })
  async rotateSecret(
    @CurrentOwner() owner: Owner,
    @Param('webhook_id') id: string,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    sendJson(response, toWebhookWithSecret(await this.webhooks.rotateSecret(owner.id, id)));
  }
}
