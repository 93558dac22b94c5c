import { ServerResponse, IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { ManualClock } from '../../test/support/manual-clock';
import type { Owner } from '../auth/owner';
import { BusyError } from '../common/busy-error';
import { OpenStreams } from '../files/open-streams';
import { Metrics } from '../metrics/metrics';
import type { BatchesService } from './batches.service';
import { BatchResultsQuery } from './dto/queries.dto';
import type { MergedResults } from './family/merged-results';
import { ResultsController } from './results.controller';
import type { ResultsPages } from './results-pages';

describe('ResultsController', () => {
  it.each(['true', 'false'] as const)('reads nothing where too many are being sent, merged=%s', async (merged) => {
    let opened = 0;
    const reads = { open: () => Promise.reject(new Error(`Opened ${++opened} times`)) };
    const controller = new ResultsController(
      { get: () => Promise.resolve({ id: 'batch_1', ownerId: 'one' }) } as unknown as BatchesService,
      reads as unknown as ResultsPages,
      reads as unknown as MergedResults,
      new OpenStreams({ maxConcurrentStreams: 0 }, new Metrics({}, new ManualClock())),
    );
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    const query = Object.assign(new BatchResultsQuery(), { merged });
    await expect(controller.results({ id: 'one' } as Owner, 'batch_1', query, response)).rejects.toThrow(BusyError);
    expect(opened).toBe(0);
  });
});
