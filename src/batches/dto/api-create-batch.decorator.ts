import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOkResponse, ApiOperation, ApiUnprocessableEntityResponse } from '@nestjs/swagger';
import { HttpValidationErrorDto } from '../../http/dto/validation-error.dto';
import { CreateBatchRequestDto } from '../../ingest/dto/create-batch-request.dto';

/** The reference's own words, broken into lines where it breaks them. */
const DESCRIPTION = `Create a batch job.

Accepts requests inline — no separate file upload step required.
Model and provider are resolved from \`body.model\` across all requests;
all requests must target the same model.

Returns 429 (batch_limit_exceeded) if the owner already has 10 or more
batches in a non-terminal state.
Returns 501 (not_implemented) if the resolved provider doesn't support batch.`;

/** Documents the create route as the reference does, down to what it leaves out. */
export const ApiCreateBatch = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'create-batch-v-1-batches-post',
      summary: 'Create Batch',
      description: DESCRIPTION,
    }),
    ApiHeader({
      name: 'Authorization',
      description: 'Bearer authentication',
      required: true,
      schema: { type: 'string' },
    }),
    ApiBody({ type: CreateBatchRequestDto }),
    ApiOkResponse({
      description: 'Successful Response',
      content: { 'application/json': { schema: { description: 'Any type' } } },
    }),
    ApiUnprocessableEntityResponse({ description: 'Validation Error', type: HttpValidationErrorDto }),
  );
