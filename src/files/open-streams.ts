import { Inject, Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { BusyError } from '../common/busy-error';
import { Places } from '../common/places';
import type { PlatformResponse } from '../http/platform';
import { sendStream, type SendStreamOptions } from '../http/send-stream';
import { Metrics } from '../metrics/metrics';
import { FILES_OPTIONS, type FilesModuleOptions } from './files.options';

/** Each holds a file, or a connection to the bucket, and up to a megabyte for as long as its caller takes to read. */
export const DEFAULT_MAX_CONCURRENT_STREAMS = 256;
/** Each also has the latest outcome of every request in memory. */
const MAX_MERGED = 16;
const GAUGES = {
  open: { name: 'meshbatch_streams_open', help: 'Results and files that are being sent' },
  limit: { name: 'meshbatch_streams_limit', help: 'Results and files that are sent at once' },
};

export interface OpenStreamOptions extends SendStreamOptions {
  /** Whether they are the merged results of a family, of which far fewer are sent at once. */
  readonly merged?: boolean;
}

/** Sends results and files, only so many at once, and of one owner at most half of them. */
@Injectable()
export class OpenStreams {
  private readonly places: Places;
  private readonly mergedPlaces = new Places(MAX_MERGED, MAX_MERGED / 2);
  private readonly refusals: Counter;

  constructor(
    @Inject(FILES_OPTIONS) { maxConcurrentStreams: limit = DEFAULT_MAX_CONCURRENT_STREAMS }: FilesModuleOptions,
    metrics: Metrics,
  ) {
    this.places = new Places(limit, Math.ceil(limit / 2));
    this.refusals = metrics.counter({
      name: 'meshbatch_streams_refused_total',
      help: 'Results and files that were not sent since as many were being sent as may be',
    });
    metrics.readAtScrape('streams', GAUGES, () => ({
      open: [{ value: this.places.taken }],
      limit: [{ value: limit }],
    }));
  }

  /** As {@link sendStream}; throws {@link BusyError}, before anything is read, when too many are being sent. */
  async send(
    ownerId: string,
    response: PlatformResponse,
    source: AsyncIterable<Uint8Array>,
    { merged = false, ...options }: OpenStreamOptions,
  ): Promise<void> {
    const needed = merged ? [this.places, this.mergedPlaces] : [this.places];
    if (!needed.every((places) => places.hasRoomFor(ownerId))) {
      this.refusals.inc();
      throw new BusyError('Too many results are being sent');
    }
    for (const places of needed) places.take(ownerId);
    try {
      await sendStream(response, source, options);
    } finally {
      for (const places of needed) places.free(ownerId);
    }
  }
}
