import { Inject, Injectable } from '@nestjs/common';
import { BlobStore } from '../blobs/blob-store';
import { sha256 } from '../common/ids';
import { HASH_KEY_BYTES } from '../common/keyed-hash';
import { Random } from '../common/random';
import type { FileFacts, FileScan } from '../files/file-scan';
import { ValidationFailedError } from '../http/meshbatch-error';
import type { Endpoint } from '../providers/contract/adapter';
import { completionWindows } from '../providers/contract/completion-windows';
import { ProviderRegistry, type ResolvedModel } from '../providers/provider-registry';
import { windowFault } from './batch-fields';
import type { FileForm } from './file-form';
import { fromFileRefusal } from './file-refusal';
import { FileScanRun } from './file-scan-run';
import { isDiskFull } from './free-disk';
import { ingestLimits, type IngestLimits } from './ingest-limits';
import { IngestMetrics } from './ingest-metrics';
import { InsufficientStorageError } from './ingest.errors';
import { INGEST_OPTIONS, type IngestModuleOptions } from './ingest.module-definition';
import { capsOf } from './part-bounds';
import { planParts, type PartPlan } from './part-planner';

/** To be raised with every change of what is asked of an item: what was scanned before is then read again. */
const CHECKS_VERSION = 2;
/** As a line that we write may, and by `method` and `url` where the file leaves them out. */
const LINE_GROWTH_BYTES = 256;

/** The items of an uploaded file, as a batch of them needs them. */
export interface FileItems {
  readonly endpoint: Endpoint;
  readonly resolved: ResolvedModel;
  readonly itemCount: number;
  readonly parts: readonly PartPlan[];
}

/** Reads uploaded files as they arrive, so that a create with one need not. */
@Injectable()
export class FileScans {
  private readonly limits: IngestLimits;
  private readonly hashKey: Buffer;
  private readonly fingerprint: string;

  constructor(
    @Inject(INGEST_OPTIONS) options: IngestModuleOptions,
    private readonly registry: ProviderRegistry,
    private readonly blobs: BlobStore,
    random: Random,
    private readonly metrics: IngestMetrics,
  ) {
    this.limits = ingestLimits(options);
    this.hashKey = random.bytes(HASH_KEY_BYTES);
    this.fingerprint = sha256(JSON.stringify([CHECKS_VERSION, this.limits, registry.fingerprint()]));
  }

  /** Stores the file under `key`, byte for byte, whatever is wrong with its items; throws a {@link MeshbatchError} for one that is too large. */
  async store(key: string, bytes: AsyncIterable<Buffer>): Promise<{ bytes: number; scan: FileScan }> {
    const run = this.newRun();
    const stored = await this.blobs.write(key, run.read(bytes)).catch((error: unknown) => {
      throw isDiskFull(error) ? new InsufficientStorageError({ cause: error }) : error;
    });
    const scan = this.scanOf(run);
    this.metrics.bytes.inc(stored);
    if ('itemCount' in scan.found) this.metrics.items.inc(scan.found.itemCount);
    return { bytes: stored, scan };
  }

  async discard(key: string): Promise<void> {
    await this.blobs.delete(key);
  }

  /** Whether what was found then would be found now. */
  isCurrent({ fingerprint }: FileScan): boolean {
    return fingerprint === this.fingerprint;
  }

  /** Reads the stored file by the rules and limits of now. */
  async scanAgain(key: string): Promise<FileScan> {
    const run = this.newRun();
    // The bytes are there already.
    for await (const _ of run.read(await this.blobs.read(key))) continue;
    return this.scanOf(run);
  }

  /** Throws what a create with the file is refused with. */
  itemsFor({ found }: FileScan, { endpoint, completionWindow }: FileForm): FileItems {
    if ('code' in found) throw fromFileRefusal(found);
    const resolved = this.registry.resolve(found.model);
    const windows = completionWindows(resolved.limits);
    const faults = [
      ...(found.endpoint === endpoint ? [] : [endpointFault(found, endpoint)]),
      ...(windows.includes(completionWindow) ? [] : [windowFault(windows)]),
    ];
    if (faults.length > 0) throw new ValidationFailedError(faults);
    return { ...found, endpoint: found.endpoint as Endpoint, resolved };
  }

  private newRun(): FileScanRun {
    const { registry, limits, hashKey } = this;
    return new FileScanRun({ registry, limits, hashKey });
  }

  private scanOf(run: FileScanRun): FileScan {
    const { refusal, items } = run.result();
    return { fingerprint: this.fingerprint, found: refusal ?? toFacts(items) };
  }
}

function toFacts({
  resolved,
  model,
  endpoint,
  lines,
}: NonNullable<ReturnType<FileScanRun['result']>['items']>): FileFacts {
  const parts = planParts(lines, capsOf(resolved.limits), LINE_GROWTH_BYTES);
  return { model, endpoint, itemCount: lines.offsets.length - 1, parts };
}

function endpointFault(found: FileFacts, endpoint: string) {
  const msg = `The requests of the file have the url ${found.endpoint}, not ${endpoint}`;
  return { loc: ['body', 'endpoint'], msg, type: 'value_error' };
}
