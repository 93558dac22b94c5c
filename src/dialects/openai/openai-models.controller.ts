import { Get, Res } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import { ApiController, OPENAI_PATH } from '../../auth/api-controller.decorator';
import type { PlatformResponse } from '../../http/platform';
import { sendJson } from '../../http/send-json';
import { ProviderRegistry } from '../../providers/provider-registry';

/** When a model was made is not known here, and the field is a number. */
const CREATED = 0;

/** The models in OpenAI's form: under `/v1/models` Mesh's clients expect a bare array. */
@ApiController(`${OPENAI_PATH}/v1/models`, 'subpackage_models')
export class OpenAiModelsController {
  constructor(private readonly registry: ProviderRegistry) {}

  @Get()
  @ApiExcludeEndpoint()
  list(@Res() response: PlatformResponse): void {
    const data = this.registry
      .listModels()
      .map(({ id, provider }) => ({ id, object: 'model', created: CREATED, owned_by: provider }));
    sendJson(response, { object: 'list', data });
  }
}
