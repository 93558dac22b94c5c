import { applyDecorators } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces } from '@nestjs/swagger';
import { BATCH_STATUSES } from '../batch-status';

const DESCRIPTION = `One \`BatchResult\` a line, as JSON, in the order of the requests, streamed; compressed to who accepts gzip.

While the batch runs it holds the entries of those of its parts that have ended, so there may be gaps, and an entry may come before one that
was read already: once \`X-Batch-Status\` is terminal, every request has its entry. The id of an entry ends with the index of its request.

With \`merged=true\` it holds the latest entry of each request of the batch's family, which is the first batch and its retries, in the order of the
first batch. The youngest batch that ran a request counts; a success is replaced by nothing, and nothing by an entry that says \`batch_cancelled\` or
\`batch_expired\`. An entry keeps the id that it has in its own batch, \`after\` takes the id of any of them, and \`X-Batch-Status\` is that of the
youngest.`;

/** Documents the results route. */
export const ApiBatchResults = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'get-batch-results-v-1-batches-batch-id-results-get',
      summary: 'Get Batch Results',
      description: DESCRIPTION,
    }),
    ApiProduces('application/x-ndjson'),
    ApiOkResponse({
      description: 'Successful Response',
      schema: { type: 'string', format: 'binary' },
      headers: {
        'X-Batch-Status': {
          description: 'The status of the batch when the results were looked up',
          schema: { type: 'string', enum: [...BATCH_STATUSES] },
        },
        'X-Has-More': {
          description:
            'Whether more entries that fit are there behind the last of this answer; absent with `custom_id`',
          schema: { type: 'string', enum: ['true', 'false'] },
        },
        'X-Last-Id': {
          description:
            'The id of the last entry of this answer, for `after`; absent when there is none, and with `custom_id`',
          schema: { type: 'string' },
        },
      },
    }),
  );
