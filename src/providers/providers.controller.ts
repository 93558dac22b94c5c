import { Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiController } from '../auth/api-controller.decorator';
import type { PlatformResponse } from '../http/platform';
import { sendJson } from '../http/send-json';
import { completionWindows } from './contract/completion-windows';
import { ProviderDto } from './dto/provider.dto';
import type { ListedProvider } from './listed-provider';
import { ProviderRegistry } from './provider-registry';

@ApiController('v1/providers', 'subpackage_providers')
export class ProvidersController {
  constructor(private readonly registry: ProviderRegistry) {}

  @Get()
  @ApiOperation({ operationId: 'list-providers-v-1-providers-get', summary: 'List Providers' })
  @ApiOkResponse({ description: 'Successful Response', type: [ProviderDto] })
  list(@Res() response: PlatformResponse): void {
    sendJson(response, this.registry.listProviders().map(toDto));
  }
}

function toDto({ capabilities, notes, ...provider }: ListedProvider): ProviderDto {
  return {
    ...provider,
    endpoints: [...(capabilities?.endpoints ?? [])],
    completion_windows: capabilities ? completionWindows(capabilities) : [],
    limits: capabilities && {
      max_requests: capabilities.maxItems,
      min_requests: capabilities.minItems,
      max_bytes: capabilities.maxBytes,
      max_request_bytes: capabilities.maxLineBytes,
      max_concurrent_batches: capabilities.maxConcurrentJobs,
      max_embedding_inputs: capabilities.maxEmbeddingInputs ?? null,
    },
    cancel: capabilities?.cancel ?? null,
    notes,
  };
}
