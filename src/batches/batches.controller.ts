import { Delete, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiQuery } from '@nestjs/swagger';
import { ApiController } from '../auth/api-controller.decorator';
import type { Owner } from '../auth/owner';
import { CurrentOwner, RequireScope } from '../auth/owner.guard';
import { toList } from '../http/dto/list.dto';
import { exchangeOf, nodeResponse, type PlatformRequest, type PlatformResponse } from '../http/platform';
import { RawBody } from '../http/raw-body';
import { sendJson } from '../http/send-json';
import { ValidQuery } from '../http/valid-query.decorator';
import { CreateBatchRequestDto } from '../ingest/dto/create-batch-request.dto';
import { NeedsRoom, RoomGuard } from '../ingest/room.guard';
import { BatchDeletion } from './batch-deletion';
import { BatchResults } from './batch-results';
import { toBatch, toBatchSummary } from './batch.mapper';
import { BatchesService } from './batches.service';
import { CreateBatchEndpoint, type BatchShape } from './create-batch.endpoint';
import { ApiCreateBatch } from './dto/api-create-batch.decorator';
import { BatchDto, BatchListDto } from './dto/batch-detail.dto';
import { BatchValidationDto } from './dto/batch-validation.dto';
import { DeletedBatchDto } from './dto/deleted-batch.dto';
import { ListBatchesQuery } from './dto/list-batches-query.dto';
import { GetBatchQuery } from './dto/queries.dto';

export const BATCHES_TAG = 'subpackage_batch';

@ApiController('v1/batches', BATCHES_TAG, RoomGuard)
export class BatchesController {
  /** How a batch is shown, by itself and in lists. */
  protected readonly shape: BatchShape & { summary: typeof toBatchSummary } = {
    batch: toBatch,
    summary: toBatchSummary,
  };

  constructor(
    private readonly batches: BatchesService,
    private readonly results: BatchResults,
    private readonly deletion: BatchDeletion,
    private readonly createEndpoint: CreateBatchEndpoint,
  ) {}

  @Post()
  @HttpCode(200)
  @RequireScope('batches:write')
  @RawBody()
  @NeedsRoom()
  @ApiCreateBatch()
  async create(
    @CurrentOwner() owner: Owner,
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    sendJson(response, await this.createEndpoint.handle(owner, exchangeOf(request, response), this.shape));
  }

  @Post('validate')
  @HttpCode(200)
  @RequireScope('batches:write')
  @RawBody()
  @NeedsRoom()
  @ApiOperation({
    operationId: 'validate-batch-v-1-batches-validate-post',
    summary: 'Validate Batch',
    description: 'Checks all that a create checks, with the same refusals, and stores nothing.',
  })
  @ApiBody({ type: CreateBatchRequestDto })
  @ApiOkResponse({ description: 'Successful Response', type: BatchValidationDto })
  async validate(
    @CurrentOwner() owner: Owner,
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    sendJson(response, await this.createEndpoint.validate(owner, exchangeOf(request, response)));
  }

  @Get()
  @ApiOperation({ operationId: 'list-batches-v-1-batches-get', summary: 'List Batches' })
  @ApiQuery({
    name: 'metadata',
    required: false,
    style: 'deepObject',
    explode: true,
    schema: { type: 'object', additionalProperties: { type: 'string' } },
    description: 'Only batches whose metadata have these members, as strings: `metadata[team]=search`',
  })
  @ApiOkResponse({ description: 'Successful Response', type: BatchListDto })
  async list(
    @CurrentOwner() owner: Owner,
    @ValidQuery(ListBatchesQuery) query: ListBatchesQuery,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    await this.createEndpoint.setLimitHeaders(owner, nodeResponse(response));
    const { batches, hasMore } = await this.batches.list(owner.id, query.limit, query);
    const data = batches.map(this.shape.summary);
    sendJson(response, toList(data, hasMore) satisfies BatchListDto);
  }

  @Get(':batch_id')
  @ApiOperation({ operationId: 'get-batch-v-1-batches-batch-id-get', summary: 'Get Batch' })
  @ApiOkResponse({ description: 'Successful Response', type: BatchDto })
  async get(
    @CurrentOwner() owner: Owner,
    @Param('batch_id') id: string,
    @ValidQuery(GetBatchQuery) query: GetBatchQuery,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const batch = await this.batches.get(owner.id, id);
    await this.results.send(batch, { shown: this.shape.batch(batch), wanted: query.results === 'true' }, response);
  }

  @Delete(':batch_id')
  @RequireScope('batches:write')
  @ApiOperation({
    operationId: 'delete-batch-v-1-batches-batch-id-delete',
    summary: 'Delete Batch',
    description: 'Erases a batch that has ended: its requests, its results and its files, also where it ran.',
  })
  @ApiOkResponse({ description: 'Successful Response', type: DeletedBatchDto })
  async delete(
    @CurrentOwner() owner: Owner,
    @Param('batch_id') id: string,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    await this.deletion.delete(owner.id, id);
    sendJson(response, { id, object: 'batch', deleted: true } satisfies DeletedBatchDto);
  }

  @Post(':batch_id/cancel')
  @HttpCode(200)
  @RequireScope('batches:write')
  @RawBody()
  @ApiOperation({ operationId: 'cancel-batch-v-1-batches-batch-id-cancel-post', summary: 'Cancel Batch' })
  @ApiOkResponse({ description: 'Successful Response', type: BatchDto })
  async cancel(
    @CurrentOwner() owner: Owner,
    @Param('batch_id') id: string,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    sendJson(response, this.shape.batch(await this.batches.cancel(owner.id, id)));
  }
}
