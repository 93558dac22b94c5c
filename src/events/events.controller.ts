import { Get, Param, Req, Res } from '@nestjs/common';
import { ApiController } from '../auth/api-controller.decorator';
import type { Owner } from '../auth/owner';
import { CurrentOwner } from '../auth/owner.guard';
import { BatchesService } from '../batches/batches.service';
import { nodeRequest, takeOver, type PlatformRequest, type PlatformResponse } from '../http/platform';
import { ValidQuery } from '../http/valid-query.decorator';
import { isOver } from './batch-history';
import { ApiBatchEvents } from './dto/api-batch-events.decorator';
import { BatchEventsQuery } from './dto/batch-events-query.dto';
import { EventStreams } from './event-streams';
import { lastEventId } from './last-event-id';

@ApiController('v1/batches', 'subpackage_batch')
export class EventsController {
  constructor(
    private readonly batches: BatchesService,
    private readonly streams: EventStreams,
  ) {}

  @Get(':batch_id/events')
  @ApiBatchEvents()
  async events(
    @CurrentOwner() owner: Owner,
    @Param('batch_id') id: string,
    @ValidQuery(BatchEventsQuery) query: BatchEventsQuery,
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const batch = await this.batches.get(owner.id, id);
    const lastId = lastEventId(nodeRequest(request), query.last_event_id);
    if (isOver(lastId, batch)) takeOver(response).writeHead(204).end();
    else this.streams.open(batch, lastId, response);
  }
}
