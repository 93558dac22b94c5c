import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import { EVENT_ID } from '../last-event-id';

export class BatchEventsQuery {
  @ApiPropertyOptional({
    type: 'string',
    pattern: EVENT_ID.source,
    description: 'As `Last-Event-ID`, which counts when both are sent, for clients that cannot set a header',
  })
  @IsOptional()
  @Matches(EVENT_ID, { message: 'Input should be the id of an event' })
  last_event_id?: string;
}
