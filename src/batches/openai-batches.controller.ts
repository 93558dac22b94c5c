import { ApiController, OPENAI_PATH } from '../auth/api-controller.decorator';
import { RoomGuard } from '../ingest/room.guard';
import { BatchesController, BATCHES_TAG } from './batches.controller';
import { toOpenAiBatch, toOpenAiSummary } from './openai-batch.mapper';

/** The same routes for OpenAI's clients, whose batch has members that ours has not. */
@ApiController(`${OPENAI_PATH}/v1/batches`, BATCHES_TAG, RoomGuard)
export class OpenAiBatchesController extends BatchesController {
  protected override readonly shape = { dialect: 'openai', batch: toOpenAiBatch, summary: toOpenAiSummary };
}
