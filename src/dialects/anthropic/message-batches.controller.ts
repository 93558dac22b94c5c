import { Delete, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiProduces } from '@nestjs/swagger';
import type { Owner } from '../../auth/owner';
import { CurrentOwner, RequireScope } from '../../auth/owner.guard';
import type { BatchEntity } from '../../batches/batch.entity';
import { isTerminal } from '../../batches/batch-status';
import { CreateBatchEndpoint } from '../../batches/create-batch.endpoint';
import { ResultsPages } from '../../batches/results-pages';
import { OpenStreams } from '../../files/open-streams';
import { whileThere } from '../../files/while-there';
import { boundsOf } from '../../http/dto/list.dto';
import { MeshbatchError, ValidationFailedError } from '../../http/meshbatch-error';
import { exchangeOf, takeOver, type PlatformRequest, type PlatformResponse } from '../../http/platform';
import { RawBody } from '../../http/raw-body';
import { sendJson } from '../../http/send-json';
import { ValidQuery } from '../../http/valid-query.decorator';
import { messagesFormatOf } from '../../ingest/body-format';
import { NeedsRoom } from '../../ingest/room.guard';
import { AnthropicController } from './anthropic-controller.decorator';
import { CreateMessageBatchRequestDto } from './dto/create-message-batch.dto';
import { ListMessageBatchesQuery } from './dto/list-message-batches.query';
import { DeletedMessageBatchDto, MessageBatchDto, MessageBatchListDto } from './dto/message-batch.dto';
import { toMessageBatch } from './message-batch.mapper';
import { MessageBatches } from './message-batches.service';
import { toResultRows } from './result-rows';

const SUCCESS = 'Successful Response';
const ROWS = 'application/x-jsonl';

@AnthropicController('v1/messages/batches', 'subpackage_messages')
export class MessageBatchesController {
  constructor(
    private readonly createEndpoint: CreateBatchEndpoint,
    private readonly batches: MessageBatches,
    private readonly pages: ResultsPages,
    private readonly streams: OpenStreams,
  ) {}

  @Post()
  @HttpCode(200)
  @RequireScope('batches:write')
  @RawBody()
  @NeedsRoom()
  @ApiOperation({ operationId: 'create-message-batch-v-1-messages-batches-post', summary: 'Create Message Batch' })
  @ApiBody({ type: CreateMessageBatchRequestDto })
  @ApiOkResponse({ description: SUCCESS, type: MessageBatchDto })
  async create(
    @CurrentOwner() owner: Owner,
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const exchange = exchangeOf(request, response);
    const shape = { batch: (batch: BatchEntity) => toMessageBatch(batch, 0) };
    sendJson(response, await this.createEndpoint.create(owner, exchange, messagesFormatOf, shape));
  }

  @Get()
  @ApiOperation({ operationId: 'list-message-batches-v-1-messages-batches-get', summary: 'List Message Batches' })
  @ApiOkResponse({ description: SUCCESS, type: MessageBatchListDto })
  async list(
    @CurrentOwner() owner: Owner,
    @ValidQuery(ListMessageBatchesQuery) query: ListMessageBatchesQuery,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    if (query.after_id !== undefined && query.before_id !== undefined) {
      const msg = 'Only one of after_id and before_id can be given';
      throw new ValidationFailedError([{ loc: ['query', 'before_id'], msg, type: 'value_error' }]);
    }
    const { batches, hasMore } = await this.batches.list(owner.id, query);
    const data = await this.batches.show(batches);
    sendJson(response, { data, has_more: hasMore, ...boundsOf(data) } satisfies MessageBatchListDto);
  }

  @Get(':message_batch_id')
  @ApiOperation({
    operationId: 'get-message-batch-v-1-messages-batches-message-batch-id-get',
    summary: 'Get Message Batch',
  })
  @ApiOkResponse({ description: SUCCESS, type: MessageBatchDto })
  async get(
    @CurrentOwner() owner: Owner,
    @Param('message_batch_id') id: string,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    await this.send(await this.batches.get(owner.id, id), response);
  }

  @Post(':message_batch_id/cancel')
  @HttpCode(200)
  @RequireScope('batches:write')
  @RawBody()
  @ApiOperation({
    operationId: 'cancel-message-batch-v-1-messages-batches-message-batch-id-cancel-post',
    summary: 'Cancel Message Batch',
  })
  @ApiOkResponse({ description: SUCCESS, type: MessageBatchDto })
  async cancel(
    @CurrentOwner() owner: Owner,
    @Param('message_batch_id') id: string,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    await this.send(await this.batches.cancel(owner.id, id), response);
  }

  @Delete(':message_batch_id')
  @RequireScope('batches:write')
  @ApiOperation({
    operationId: 'delete-message-batch-v-1-messages-batches-message-batch-id-delete',
    summary: 'Delete Message Batch',
  })
  @ApiOkResponse({ description: SUCCESS, type: DeletedMessageBatchDto })
  async delete(
    @CurrentOwner() owner: Owner,
    @Param('message_batch_id') id: string,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    await this.batches.delete(owner.id, id);
    sendJson(response, { id, type: 'message_batch_deleted' } satisfies DeletedMessageBatchDto);
  }

  @Get(':message_batch_id/results')
  @ApiOperation({
    operationId: 'get-message-batch-results-v-1-messages-batches-message-batch-id-results-get',
    summary: 'Get Message Batch Results',
    description: 'A row a request, as JSON lines, in the order of the requests, once the batch has ended.',
  })
  @ApiProduces(ROWS)
  @ApiOkResponse({ description: SUCCESS, schema: { type: 'string', format: 'binary' } })
  async results(
    @CurrentOwner() owner: Owner,
    @Param('message_batch_id') id: string,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const batch = await this.batches.get(owner.id, id);
    if (!isTerminal(batch.status)) {
      throw new MeshbatchError('invalid_request', 'The batch has no results before it has ended.');
    }
    const { lines } = await this.pages.open(batch, {});
    takeOver(response).setHeader('Content-Type', ROWS);
    await whileThere(
      () => this.streams.send(owner.id, response, toResultRows(lines, batch), { compressible: true }),
      () => this.batches.get(owner.id, id),
    );
  }

  private async send(batch: BatchEntity, response: PlatformResponse): Promise<void> {
    const [shown] = await this.batches.show([batch]);
    sendJson(response, shown);
  }
}
