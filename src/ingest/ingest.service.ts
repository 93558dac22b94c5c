import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
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
import { ItemCopy, type StoredItem } from './item-copy';
import type { BatchLines } from './part-bounds';
import { planParts, type PartPlan } from './part-planner';
import { checkBodyHeaders } from './request-body';
import { resolveFor } from './resolve-for';

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

/** Items of a stored batch that are to run again, and where they go. */
export interface CopyOrder {
  readonly inputKey: string;
  readonly originKey: string;
  readonly resolved: ResolvedModel;
  readonly endpoint: Endpoint;
  readonly completionWindow: string;
  readonly metadata: Record<string, unknown> | null;
  /** The index of each item where it comes from, growing. */
  readonly origins: Uint32Array;
  readonly items: AsyncIterable<readonly StoredItem[]>;
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
    const { lines, ...facts } = run.result();
    return this.taken({ inputKey, inputBytes, ...facts }, lines);
  }

  /**
   * Stores the items under `inputKey` and their origins, four bytes each in little-endian order, under `originKey`; throws a
   * {@link MeshbatchError} and leaves nothing when an item is refused.
   */
  async copy({ originKey, origins, items, ...facts }: CopyOrder): Promise<IngestedBatch> {
    const { inputKey, resolved, endpoint } = facts;
    const copy = new ItemCopy(resolved, endpoint, origins.length);
    const inputBytes = await this.blobs.write(inputKey, copy.read(items)).catch(asRefusal);
    try {
      await this.blobs.write(originKey, Readable.from([toBytes(origins)])).catch(asRefusal);
    } catch (error) {
      await this.blobs.delete(inputKey);
      throw error;
    }
    return this.taken({ inputBytes, ...facts }, copy.lines);
  }

  /** As the first item of a create is resolved, with the same refusals. */
  resolve(model: string, endpoint: Endpoint): ResolvedModel {
    return resolveFor(this.registry, model, endpoint);
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

  private taken(facts: Omit<IngestedBatch, 'itemCount' | 'parts'>, lines: BatchLines): IngestedBatch {
    const { limits } = facts.resolved;
    const parts = planParts(lines, { ...limits, maxUnits: limits.maxEmbeddingInputs }, LINE_GROWTH_BYTES);
    const itemCount = lines.offsets.length - 1;
    this.metrics.bytes.inc(facts.inputBytes);
    this.metrics.items.inc(itemCount);
    return { ...facts, itemCount, parts };
  }
}

function toBytes(origins: Uint32Array): Buffer {
  const bytes = Buffer.alloc(origins.length * 4);
  origins.forEach((origin, at) => bytes.writeUInt32LE(origin, at * 4));
  return bytes;
}

function asRefusal(error: unknown): never {
  throw isDiskFull(error) ? new InsufficientStorageError({ cause: error }) : error;
}
