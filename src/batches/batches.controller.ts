import type { IncomingMessage, ServerResponse } from 'node:http';
import { Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiController } from '../auth/api-controller.decorator';
import type { Owner } from '../auth/owner';
import { CurrentOwner, RequireScope } from '../auth/owner.guard';
import { sendStream } from '../http/send-stream';
import { BatchResults } from './batch-results';
import { toBatch, toBatchSummary } from './batch.mapper';
import { BatchesService } from './batches.service';
import { CreateBatchEndpoint } from './create-batch.endpoint';
import { ApiCreateBatch } from './dto/api-create-batch.decorator';
import { BatchDto, BatchListDto } from './dto/batch-detail.dto';
import { GetBatchQuery, ListBatchesQuery } from './dto/queries.dto';

const TAG = 'subpackage_batch';

@ApiController('v1/batches', TAG)
export class BatchesController {
  constructor(
    private readonly batches: BatchesService,
    private readonly results: BatchResults,
    private readonly createEndpoint: CreateBatchEndpoint,
  ) {}

  @Post()
  @HttpCode(200)
  @RequireScope('batches:write')
  @ApiCreateBatch()
  create(
    @CurrentOwner() owner: Owner,
    @Req() request: IncomingMessage,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<BatchDto> {
    return this.createEndpoint.handle(owner, request, response);
  }

  @Get()
  @ApiOperation({ operationId: 'list-batches-v-1-batches-get', summary: 'List Batches' })
  @ApiOkResponse({ description: 'Successful Response', type: BatchListDto })
  async list(
    @CurrentOwner() owner: Owner,
    @Query() query: ListBatchesQuery,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<BatchListDto> {
    await this.createEndpoint.setLimitHeaders(owner, response);
    const { batches, hasMore } = await this.batches.list(owner.id, query.limit, query.after);
    const data = batches.map(toBatchSummary);
    return { object: 'list', data, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null, has_more: hasMore };
  }

  @Get(':batch_id')
  @ApiOperation({ operationId: 'get-batch-v-1-batches-batch-id-get', summary: 'Get Batch' })
  @ApiOkResponse({ description: 'Successful Response', type: BatchDto })
  async get(
    @CurrentOwner() owner: Owner,
    @Param('batch_id') id: string,
    @Query() query: GetBatchQuery,
    @Res() response: ServerResponse,
  ): Promise<void> {
    const batch = await this.batches.get(owner.id, id);
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    await sendStream(response, this.results.render(batch, query.results === 'true'));
  }

  @Post(':batch_id/cancel')
  @HttpCode(200)
  @RequireScope('batches:write')
  @ApiOperation({ operationId: 'cancel-batch-v-1-batches-batch-id-cancel-post', summary: 'Cancel Batch' })
  @ApiOkResponse({ description: 'Successful Response', type: BatchDto })
  async cancel(@CurrentOwner() owner: Owner, @Param('batch_id') id: string): Promise<BatchDto> {
    return toBatch(await this.batches.cancel(owner.id, id));
  }
}
