import { Get, Param, Res } from '@nestjs/common';
import { ApiController, withOpenAiPath } from '../auth/api-controller.decorator';
import type { Owner } from '../auth/owner';
import { CurrentOwner } from '../auth/owner.guard';
import { OpenStreams } from '../files/open-streams';
import { whileThere } from '../files/while-there';
import { takeOver, type PlatformResponse } from '../http/platform';
import { ValidQuery } from '../http/valid-query.decorator';
import type { BatchEntity } from './batch.entity';
import { BatchesService } from './batches.service';
import { ApiBatchResults } from './dto/api-batch-results.decorator';
import { BatchResultsQuery } from './dto/queries.dto';
import { MergedResults } from './family/merged-results';
import { ResultsPages } from './results-pages';

@ApiController(withOpenAiPath('v1/batches'), 'subpackage_batch')
export class ResultsController {
  constructor(
    private readonly batches: BatchesService,
    private readonly pages: ResultsPages,
    private readonly merged: MergedResults,
    private readonly streams: OpenStreams,
  ) {}

  @Get(':batch_id/results')
  @ApiBatchResults()
  async results(
    @CurrentOwner() owner: Owner,
    @Param('batch_id') id: string,
    @ValidQuery(BatchResultsQuery) query: BatchResultsQuery,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const batch = await this.batches.get(owner.id, id);
    const options = { compressible: true, merged: query.merged === 'true' };
    await whileThere(
      () => this.streams.send(owner.id, response, this.entries(batch, query, response), options),
      () => this.batches.get(owner.id, id),
    );
  }

  /** What opening them reads is read in their place among the open streams; with the first of them the headers are set. */
  private async *entries(
    batch: BatchEntity,
    query: BatchResultsQuery,
    response: PlatformResponse,
  ): AsyncGenerator<Buffer> {
    const { lines, facts, status } =
      query.merged === 'true'
        ? await this.merged.open(batch, query)
        : { ...(await this.pages.open(batch, query)), status: batch.status };
    const answer = takeOver(response);
    // Its request was broken off meanwhile.
    if (answer.headersSent) return;
    answer.setHeader('Content-Type', 'application/x-ndjson');
    answer.setHeader('X-Batch-Status', status);
    if (facts) answer.setHeader('X-Has-More', String(facts.hasMore));
    if (facts?.lastId) answer.setHeader('X-Last-Id', facts.lastId);
    yield* lines;
  }
}
