import { HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiController } from '../../auth/api-controller.decorator';
import type { Owner } from '../../auth/owner';
import { CurrentOwner, RequireScope } from '../../auth/owner.guard';
import { exchangeOf, type PlatformRequest, type PlatformResponse } from '../../http/platform';
import { RawBody } from '../../http/raw-body';
import { sendJson } from '../../http/send-json';
import { NeedsRoom, RoomGuard } from '../../ingest/room.guard';
import { BatchDto } from '../dto/batch-detail.dto';
import { RetryBatchRequestDto } from '../dto/retry-batch-request.dto';
import { RetryBatchEndpoint } from './retry-batch.endpoint';

const DESCRIPTION = `Makes a batch of the requests whose latest outcome in the batch's family, which is the first batch and its retries, is no success:
they failed, were cancelled, or ran out of time. They keep their \`custom_id\`s and run as they were stored, where their model runs now.

All batches of the family must have ended; there is one retry at a time, and 16 in all (409 \`conflict\`). When no request is left, or none with the codes
that were asked for, it is 409 \`nothing_to_retry\`. Everything that a create may be refused for may refuse a retry too.`;

@ApiController('v1/batches', 'subpackage_batch', RoomGuard)
export class RetryController {
  constructor(private readonly endpoint: RetryBatchEndpoint) {}

  @Post(':batch_id/retry')
  @HttpCode(200)
  @RequireScope('batches:write')
  @RawBody()
  @NeedsRoom()
  @ApiOperation({
    operationId: 'retry-batch-v-1-batches-batch-id-retry-post',
    summary: 'Retry Batch',
    description: DESCRIPTION,
  })
  @ApiBody({ type: RetryBatchRequestDto, required: false })
  @ApiOkResponse({ description: 'Successful Response', type: BatchDto })
  async retry(
    @CurrentOwner() owner: Owner,
    @Param('batch_id') id: string,
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    sendJson(response, await this.endpoint.handle(owner, id, exchangeOf(request, response)));
  }
}
