import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { BlobStore } from '../blobs/blob-store';
import { HASH_KEY_BYTES } from '../common/keyed-hash';
import { Random } from '../common/random';
import type { Endpoint } from '../providers/contract/adapter';
import { ProviderRegistry, type ResolvedModel } from '../providers/provider-registry';
import { formatOf, type BodyFormat } from './body-format';
import { INGEST_OPTIONS, type IngestModuleOptions } from './ingest.module-definition';
import { IngestMetrics } from './ingest-metrics';
import { DEFAULT_INGEST_LIMITS, type IngestLimits } from './ingest-limits';
import { isDiskFull } from './free-disk';
import { InsufficientStorageError } from './ingest.errors';
import { IngestRun } from './ingest-run';
import { planParts, type PartPlan } from './part-planner';
import { checkBodyHeaders } from './request-body';

/** What a line may gain upstream: our id in place of a short one, the vendor's model id in place of an alias. */
const LINE_GROWTH_BYTES = 128;

/** The body of a create, and how it is written. */
export interface IncomingBody {
  readonly bytes: AsyncIterable<Buffer>;
  readonly format: BodyFormat;
}

/** A body that was taken: its items are in a durable blob, and these are its facts. */
export interface IngestedBatch {
  readonly inputKey: string;
  readonly inputBytes: number;
  readonly itemCount: number;
  readonly endpoint: Endpoint;
  readonly resolved: ResolvedModel;
  readonly completionWindow: string;
  readonly metadata: Record<string, unknown> | null;
  readonly parts: readonly PartPlan[];
}

/** Takes the body of a create, in bounded memory. */
@Injectable()
export class IngestService {
  private readonly limits: IngestLimits;
  private readonly hashKey: Buffer;

  constructor(
    @Inject(INGEST_OPTIONS) options: IngestModuleOptions,
    private readonly registry: ProviderRegistry,
    private readonly blobs: BlobStore,
    random: Random,
    private readonly metrics: IngestMetrics,
  ) {
    this.hashKey = random.bytes(HASH_KEY_BYTES);
    const { maxBodyBytes, maxBatchItems } = options;
    this.limits = {
      maxBodyBytes: maxBodyBytes ?? DEFAULT_INGEST_LIMITS.maxBodyBytes,
      maxBatchItems: maxBatchItems ?? DEFAULT_INGEST_LIMITS.maxBatchItems,
    };
  }

  /** Stores the items under `inputKey`; throws a {@link MeshbatchError} and leaves nothing when the body is refused. */
  async ingest(inputKey: string, { bytes, format }: IncomingBody): Promise<IngestedBatch> {
    const { registry, limits, hashKey, blobs } = this;
    const run = new IngestRun({ registry, limits, format, hashKey, reusesBlocks: blobs.releasesChunks });
    const inputBytes = await blobs.write(inputKey, run.read(bytes)).catch(asRefusal);
    const { lines, resolved, ...facts } = run.result();
    const caps = { ...resolved.limits, maxUnits: resolved.limits.maxEmbeddingInputs };
    const parts = planParts(lines, caps, LINE_GROWTH_BYTES);
    const itemCount = lines.offsets.length - 1;
    this.metrics.bytes.inc(inputBytes);
    this.metrics.items.inc(itemCount);
    return { inputKey, inputBytes, itemCount, resolved, parts, ...facts };
  }

  /** Refuses by its headers alone what need not be read; returns how the body is written. */
  checkHeaders(request: IncomingMessage): BodyFormat {
    const format = formatOf(request);
    checkBodyHeaders(request, this.limits.maxBodyBytes);
    return format;
  }

  async discard(inputKey: string): Promise<void> {
    await this.blobs.delete(inputKey);
  }
}

function asRefusal(error: unknown): never {
  throw isDiskFull(error) ? new InsufficientStorageError({ cause: error }) : error;
}
