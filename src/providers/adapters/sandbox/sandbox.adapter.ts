import { Readable } from 'node:stream';
import { BlobNotFoundError, type BlobStore } from '../../../blobs/blob-store';
import type { Clock } from '../../../common/clock';
import { readLineGroups } from '../../../common/jsonl/read-lines';
import type { z } from 'zod';
import type {
  Attempt,
  ItemOutcome,
  ProviderAdapter,
  ProviderCapabilities,
  RemoteBatch,
  RemoteState,
  StagedLines,
  StoredItem,
  TargetModel,
  UnsupportedField,
} from '../../contract/adapter';
import { ProviderCallError } from '../../contract/errors';
import { toLine } from '../../upstream/openai-line';
import { simulate, type SandboxLine } from './sandbox.mapper';
import { cancellationWire, jobWire, type SandboxJob } from './sandbox.wire';

/** How long a job spends in each state before it is completed. */
const VALIDATING_MS = 400;
const RUNNING_MS = 1600;
const FINALIZING_MS = 400;

const CAPABILITIES: ProviderCapabilities = {
  endpoints: ['/v1/chat/completions', '/v1/embeddings'],
  extraWindows: [],
  maxItems: 1_000_000,
  maxBytes: 2_000_000_000,
  maxLineBytes: 200_000_000,
  minItems: 1,
  pollIntervalMs: 250,
  recovery: 'lookup',
  cancel: 'stops',
  notFoundGraceMs: 0,
};

/** A provider that calls nobody. Its jobs live in blobs and its states follow from the time, so a killed process loses none. */
export class SandboxAdapter implements ProviderAdapter {
  readonly id = 'sandbox';
  readonly capabilities = CAPABILITIES;

  constructor(
    private readonly blobs: BlobStore,
    private readonly clock: Clock,
  ) {}

  check(): readonly UnsupportedField[] {
    return [];
  }

  encode(item: StoredItem, itemId: string, model: TargetModel): Buffer {
    return toLine(item, itemId, model.upstream);
  }

  async stage(attempt: Attempt, lines: StagedLines): Promise<string> {
    await this.blobs.write(linesKey(attempt.token), lines.open() as AsyncIterable<Buffer>);
    return attempt.token;
  }

  async submit(attempt: Attempt): Promise<RemoteBatch> {
    if (!(await this.isStored(linesKey(attempt.token)))) {
      throw new ProviderCallError(this.id, 'rejected', 'The sandbox has no such input', { code: 'input_not_found' });
    }
    const job: SandboxJob = { created_at: this.clock.now(), item_count: attempt.itemCount };
    await this.writeJson(jobKey(attempt.token), job);
    return this.poll(attempt.token);
  }

  async find(attempt: Attempt): Promise<RemoteBatch | null> {
    return (await this.readJson(jobKey(attempt.token), jobWire)) ? this.poll(attempt.token) : null;
  }

  async poll(remoteId: string): Promise<RemoteBatch> {
    const { state, done, job } = await this.progress(remoteId);
    const counts = { total: job.item_count, succeeded: done, failed: 0 };
    return { id: remoteId, state, counts: state === 'validating' ? null : counts, errors: [], retryable: false };
  }

  async *results(remoteId: string): AsyncGenerator<ItemOutcome> {
    const { done, job } = await this.progress(remoteId);
    const source = await this.blobs.read(linesKey(remoteId));
    let read = 0;
    for await (const lines of readLineGroups(source, { maxLineBytes: CAPABILITIES.maxLineBytes })) {
      for (const line of lines) {
        const request = JSON.parse(line.toString('utf8')) as SandboxLine;
        const outcome = read++ < done ? simulate(request, job.created_at) : cancelled(request.custom_id);
        if (outcome) yield outcome;
      }
    }
  }

  async cancel(remoteId: string): Promise<void> {
    if (await this.readJson(cancellationKey(remoteId), cancellationWire)) return;
    await this.writeJson(cancellationKey(remoteId), { cancelled_at: this.clock.now() });
  }

  async withdraw(attempt: Attempt): Promise<void> {
    await this.blobs.delete(linesKey(attempt.token));
  }

  async cleanup(_attempt: Attempt, remoteId: string): Promise<void> {
    for (const key of [linesKey(remoteId), cancellationKey(remoteId), jobKey(remoteId)]) await this.blobs.delete(key);
  }

  /** Where the job stands now, computed from what is stored; `done` items have run. */
  private async progress(remoteId: string): Promise<{ state: RemoteState; done: number; job: SandboxJob }> {
    const job = await this.readJson(jobKey(remoteId), jobWire);
    if (!job) throw new ProviderCallError(this.id, 'not_found', 'The sandbox has no such job');
    const cancellation = await this.readJson(cancellationKey(remoteId), cancellationWire);
    const elapsed = (cancellation?.cancelled_at ?? this.clock.now()) - job.created_at;
    const share = Math.min(1, Math.max(0, (elapsed - VALIDATING_MS) / RUNNING_MS));
    const done = Math.floor(job.item_count * share);
    if (cancellation && share < 1) return { state: 'cancelled', done, job };
    if (elapsed < VALIDATING_MS) return { state: 'validating', done, job };
    if (share < 1) return { state: 'in_progress', done, job };
    const finalized = cancellation !== null || elapsed >= VALIDATING_MS + RUNNING_MS + FINALIZING_MS;
    return { state: finalized ? 'completed' : 'finalizing', done, job };
  }

  private async isStored(key: string): Promise<boolean> {
    return this.blobs.size(key).then(
      () => true,
      (error: unknown) => {
        if (error instanceof BlobNotFoundError) return false;
        throw error;
      },
    );
  }

  private async readJson<T>(key: string, wire: z.ZodType<T>): Promise<T | null> {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of (await this.blobs.read(key)) as AsyncIterable<Buffer>) chunks.push(chunk);
      return wire.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    } catch (error) {
      if (error instanceof BlobNotFoundError) return null;
      throw error;
    }
  }

  private async writeJson(key: string, value: object): Promise<void> {
    await this.blobs.write(key, Readable.from([Buffer.from(JSON.stringify(value))]));
  }
}

function cancelled(itemId: string): ItemOutcome {
  return {
    itemId,
    response: null,
    error: { code: 'batch_cancelled', message: 'The batch was cancelled before this item ran.' },
  };
}

const linesKey = (token: string) => `sandbox/${token}.jsonl`;
const jobKey = (token: string) => `sandbox/${token}.job.json`;
const cancellationKey = (token: string) => `sandbox/${token}.cancelled.json`;
