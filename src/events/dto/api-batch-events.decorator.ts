import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiProduces } from '@nestjs/swagger';
import { HEARTBEAT, RETRY } from '../event-format';

const DESCRIPTION = `Status and counts of a batch as server-sent events, from its beginning or from \`Last-Event-ID\` on; the stream ends with the batch.

The \`data\` of each is \`{"id", "status", "at", "request_counts"}\`: the batch's id, Unix seconds, and the counts at the time of sending. An event with an
id tells a status that the batch came to; one without tells new counts. What comes first tells where the batch stands.

A client that comes back once it had the last event of a batch that has ended is answered with 204, which ends an \`EventSource\`.`;

const EXAMPLE = `${RETRY}id: 2
data: {"id":"batch_01KAPJ3N1ZJZ5T8Y0Q5W1V7C2D","status":"in_progress","at":1764151200,"request_counts":{"total":220,"completed":0,"failed":0}}

data: {"id":"batch_01KAPJ3N1ZJZ5T8Y0Q5W1V7C2D","status":"in_progress","at":1764151260,"request_counts":{"total":220,"completed":97,"failed":1}}

${HEARTBEAT}`;

/** Documents the route of events. */
export const ApiBatchEvents = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'get-batch-events-v-1-batches-batch-id-events-get',
      summary: 'Get Batch Events',
      description: DESCRIPTION,
    }),
    ApiHeader({
      name: 'Last-Event-ID',
      required: false,
      description: 'The id of the last event that was received; what came after it is sent',
      schema: { type: 'string' },
    }),
    ApiProduces('text/event-stream'),
    ApiOkResponse({ description: 'Successful Response', schema: { type: 'string', example: EXAMPLE } }),
    ApiNoContentResponse({ description: 'The batch has ended, and the client had its last event' }),
  );
