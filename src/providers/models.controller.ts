import { Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ApiController } from '../auth/api-controller.decorator';
import type { PlatformResponse } from '../http/platform';
import { sendJson } from '../http/send-json';
import { ProviderRegistry } from './provider-registry';

/** A model that can be named, and whether its batches can be taken. */
@ApiSchema({ name: 'Model' })
export class ModelDto {
  @ApiProperty({ type: 'string', example: 'openai/gpt-4o-mini' })
  id!: string;

  @ApiProperty({ type: 'string', example: 'openai' })
  provider!: string;

  @ApiProperty({ type: 'boolean' })
  supports_batching!: boolean;
}

@ApiController('v1/models', 'subpackage_models')
export class ModelsController {
  constructor(private readonly registry: ProviderRegistry) {}

  @Get()
  @ApiOperation({ operationId: 'list-models-v-1-models-get', summary: 'List Models' })
  @ApiOkResponse({ description: 'Successful Response', type: [ModelDto] })
  list(@Res() response: PlatformResponse): void {
    const models = this.registry
      .listModels()
      .map(({ id, provider, supportsBatching }) => ({ id, provider, supports_batching: supportsBatching }));
    sendJson(response, models satisfies ModelDto[]);
  }
}
