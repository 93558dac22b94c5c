import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { BlobStore } from '../blobs/blob-store';
import { HASH_KEY_BYTES } from '../common/keyed-hash';
import { Random } from '../common/random';
import { resume } from '../common/resume';
import type { Endpoint } from '../providers/contract/adapter';
import { ProviderRegistry, type ResolvedModel } from '../providers/provider-registry';
import { BodyDigest, type Beside } from './body-digest';
import type { BodyFormat } from './body-format';
import type { FileForm } from './file-form';
import { INGEST_OPTIONS, type IngestModuleOptions } from './ingest.module-definition';
import { IngestMetrics } from './ingest-metrics';
import { ingestLimits, type IngestLimits } from './ingest-limits';
import { isDiskFull } from './free-disk';
import { InsufficientStorageError, PayloadTooLargeError, UnsupportedMediaTypeError } from './ingest.errors';
import { IngestRun } from './ingest-run';
import { ItemCopy, type StoredItem } from './item-copy';
import { capsOf, type BatchLines } from './part-bounds';
import { planParts, type PartPlan } from './part-planner';
import { checkBodyHeaders } from './request-body';
import { resolveFor } from './resolve-for';

/** What a line may gain upstream: our id in place of a short one, the vendor's model id in place of an alias. */
const LINE_GROWTH_BYTES = 128;

const MULTIPART_TYPE = /^multipart\/form-data\s*;.*boundary=/i;
/** What stands around the file in a form, at most. */
const FORM_BYTES = 64 * 1024;

/** The body of a create, and how it is written. */
export interface IncomingBody {
  readonly bytes: AsyncIterable<Buffer>;
  readonly format: BodyFormat;
}

/** Reads off the headers how a body is written. @throws UnsupportedMediaTypeError */
export type FormatOf = (request: IncomingMessage) => BodyFormat;

/** A body that was read to its end and refused nothing: its facts. */
export interface ExaminedBatch {
  /** Of the items, as they are stored. */
  readonly inputBytes: number;
  readonly itemCount: number;
  readonly endpoint: Endpoint;
  readonly resolved: ResolvedModel;
  readonly completionWindow: string;
  readonly metadata: Record<string, unknown> | null;
  readonly parts: readonly PartPlan[];
}

/** A body that was taken: its items are in a durable blob. */
export interface IngestedBatch extends ExaminedBatch {
  readonly inputKey: string;
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
  /** How much one body may hold. */
  readonly limits: IngestLimits;
  /** Of an upload's body, form and file. */
  readonly maxFormBytes: number;
  private readonly hashKey: Buffer;

  constructor(
    @Inject(INGEST_OPTIONS) options: IngestModuleOptions,
    private readonly registry: ProviderRegistry,
    private readonly blobs: BlobStore,
    random: Random,
    private readonly metrics: IngestMetrics,
  ) {
    this.hashKey = random.bytes(HASH_KEY_BYTES);
    this.limits = ingestLimits(options);
    this.maxFormBytes = this.limits.maxBodyBytes + FORM_BYTES;
  }

  /**
   * Stores the items under `inputKey`, or nothing when the body names a file in place of them; throws a {@link MeshbatchError} and leaves
   * nothing when the body is refused.
   */
  async ingest(inputKey: string, { bytes, format }: IncomingBody): Promise<IngestedBatch | FileForm> {
    const run = this.begin(format, this.blobs.releasesChunks);
    const blocks = run.read(bytes);
    // Not before the first block, or the end, is it known whether there is something to store.
    const first = await blocks.next();
    if (first.done) return run.fileForm();
    const inputBytes = await this.blobs.write(inputKey, resume(first, blocks)).catch((error: unknown) => {
      // A store that could not begin has not asked for the rest.
      void blocks.return().catch(() => undefined);
      return asRefusal(error);
    });
    const { lines, ...facts } = run.result();
    return this.taken({ inputKey, inputBytes, ...facts }, lines);
  }

  /** All that {@link ingest} checks, with nothing stored. */
  async examine({ bytes, format }: IncomingBody): Promise<ExaminedBatch | FileForm> {
    const run = this.begin(format, true);
    let inputBytes = 0;
    for await (const block of run.read(bytes)) inputBytes += block.length;
    if (inputBytes === 0) return run.fileForm();
    const { lines, ...facts } = run.result();
    return planned({ inputBytes, ...facts }, lines);
  }

  /** The hash of a body that is not to be taken, only compared; throws {@link PayloadTooLargeError}. */
  async digest(bytes: AsyncIterable<Buffer>, beside: Beside): Promise<string> {
    const { maxBodyBytes } = this.limits;
    const digest = new BodyDigest(beside);
    let received = 0;
    for await (const chunk of digest.through(bytes)) {
      received += chunk.length;
      if (received > maxBodyBytes) throw new PayloadTooLargeError('bytes', maxBodyBytes);
    }
    return digest.hex();
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

  /** Refuses by its headers alone what need not be read; returns how the body is written, which `formatOf` reads off them. */
  checkHeaders(request: IncomingMessage, formatOf: FormatOf): BodyFormat {
    const format = formatOf(request);
    checkBodyHeaders(request, this.limits.maxBodyBytes);
    return format;
  }

  /** As {@link checkHeaders}, of an upload: refuses by its headers alone what need not be read. */
  checkUploadHeaders(request: IncomingMessage): void {
    if (!MULTIPART_TYPE.test(request.headers['content-type'] ?? ''))
      throw new UnsupportedMediaTypeError('multipart/form-data');
    checkBodyHeaders(request, this.maxFormBytes);
  }

  async discard(inputKey: string): Promise<void> {
    await this.blobs.delete(inputKey);
  }

  private begin(format: BodyFormat, reusesBlocks: boolean): IngestRun {
    const { registry, limits, hashKey } = this;
    return new IngestRun({ registry, limits, format, hashKey, reusesBlocks });
  }

  private taken(facts: Unplanned<IngestedBatch>, lines: BatchLines): IngestedBatch {
    const ingested = planned(facts, lines);
    this.metrics.bytes.inc(ingested.inputBytes);
    this.metrics.items.inc(ingested.itemCount);
    return ingested;
  }
}

/** A batch whose lines are not divided into parts yet. */
type Unplanned<B extends ExaminedBatch> = Omit<B, 'itemCount' | 'parts'>;

function planned<F extends Unplanned<ExaminedBatch>>(facts: F, lines: BatchLines): F & ExaminedBatch {
  const parts = planParts(lines, capsOf(facts.resolved.limits), LINE_GROWTH_BYTES);
  return { ...facts, itemCount: lines.offsets.length - 1, parts };
}

function toBytes(origins: Uint32Array): Buffer {
  const bytes = Buffer.alloc(origins.length * 4);
  origins.forEach((origin, at) => bytes.writeUInt32LE(origin, at * 4));
  return bytes;
}

function asRefusal(error: unknown): never {
  throw isDiskFull(error) ? new InsufficientStorageError({ cause: error }) : error;
}
