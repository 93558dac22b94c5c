import { SystemClock } from '../../../common/clock';
import type {
  Attempt,
  ItemOutcome,
  ProviderAdapter,
  ProviderCapabilities,
  RemoteBatch,
  StagedLines,
  StoredItem,
  TargetModel,
  UnsupportedField,
} from '../../contract/adapter';
import type { AdapterDefinition } from '../../contract/definition';
import { isNotFound, ProviderCallError } from '../../contract/errors';
import { refusedByTraits } from '../../translation/traits';
import { UpstreamApi } from '../../upstream/upstream-api';
import { checkChat } from './check-chat';
import { FireworksDatasets, isConflict } from './datasets';
import { jobWire } from './fireworks.wire';
import { toRemoteBatch } from './from-job';
import { nameOf, outputId } from './names';
import { readRefusal } from './read-refusal';
import { toLine } from './to-line';

const ID = 'fireworks';
const JOBS = '/batchInferenceJobs';
const ACCOUNT = /\/(accounts\/[A-Za-z0-9_-]+)$/;

/** What one upload may have, less what the form around the lines takes. */
const MAX_BYTES = 150_000_000 - 1000;

/**
 * Limits as documented by the vendor in November 2026: 150 MB an upload, its form included, which is the smallest of its
 * limits that we meet; a job stops early when its results reach 8 GB. It names no limit of requests: this one is ours.
 */
const CAPABILITIES: ProviderCapabilities = {
  endpoints: ['/v1/chat/completions'],
  extraWindows: [],
  maxItems: 1_000_000,
  maxBytes: MAX_BYTES,
  maxLineBytes: MAX_BYTES,
  minItems: 1,
  pollIntervalMs: 30_000,
  recovery: 'lookup',
  cancel: 'none',
  removalStops: true,
  notFoundGraceMs: 120_000,
};

/** Fireworks, by a base URL that names the account: `https://api.fireworks.ai/v1/accounts/{account}`. */
export const FIREWORKS: AdapterDefinition = {
  id: ID,
  baseUrl: null,
  capabilities: CAPABILITIES,
  unverified: false,
  notes: {
    cancel:
      'There is none: a batch that is cancelled waits for its end there, and what ran is kept and paid for. A job of which nothing has run an hour after the deadline is deleted.',
    expiry: 'After 24 hours; what ran is kept, and items that did not run carry `batch_expired`.',
    refused:
      'Messages of other roles than system, user, assistant and tool. All else passes, and one request that the provider finds invalid fails the whole batch.',
  },
  create: ({ apiKey, baseUrl = '', timeoutMs, clock = new SystemClock() }) => {
    const account = ACCOUNT.exec(baseUrl)?.[1];
    if (account === undefined) {
      throw new Error(`The provider ${ID} needs a base URL that ends in /accounts/{account} beside its key`);
    }
    const headers = { authorization: `Bearer ${apiKey}` };
    const api = new UpstreamApi({ provider: ID, baseUrl, headers, timeoutMs, readRefusal });
    return new FireworksAdapter(api, new FireworksDatasets(api, clock, ID), account);
  },
};

/** Fireworks' batch inference jobs. A job reads one dataset and writes another, and all three have ids of ours. */
class FireworksAdapter implements ProviderAdapter {
  readonly id = ID;
  readonly capabilities = CAPABILITIES;

  constructor(
    private readonly api: UpstreamApi,
    private readonly datasets: FireworksDatasets,
    private readonly account: string,
  ) {}

  check(item: StoredItem, { traits }: TargetModel): readonly UnsupportedField[] {
    return [...checkChat(item), ...refusedByTraits(item.body, traits)];
  }

  encode(item: StoredItem, itemId: string): Buffer {
    return toLine(item, itemId);
  }

  async stage(attempt: Attempt, lines: StagedLines, signal: AbortSignal): Promise<string> {
    const id = nameOf(attempt);
    await this.datasets.upload(id, attempt, lines, signal);
    return id;
  }

  async submit(attempt: Attempt, _lines: StagedLines, signal: AbortSignal): Promise<RemoteBatch> {
    const [id, input] = [nameOf(attempt), inputOf(attempt)];
    await this.datasets.awaitReady(input, signal);
    const body = {
      model: attempt.model,
      inputDatasetId: this.fullName(input),
      outputDatasetId: this.fullName(outputId(id)),
    };
    try {
      return toRemoteBatch(await this.api.create(jobWire, `${JOBS}?batchInferenceJobId=${id}`, body, signal));
    } catch (error) {
      if (!isConflict(error)) throw error;
      return this.adopt(attempt, error, signal);
    }
  }

  /** The job's id is ours, so that there is one or there is none. */
  async find(attempt: Attempt, signal: AbortSignal): Promise<RemoteBatch | null> {
    try {
      return await this.poll(nameOf(attempt), signal);
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }

  async poll(remoteId: string, signal: AbortSignal): Promise<RemoteBatch> {
    return toRemoteBatch(await this.api.get(jobWire, `${JOBS}/${this.api.safe(remoteId)}`, signal));
  }

  async *results(remoteId: string, signal: AbortSignal): AsyncGenerator<ItemOutcome> {
    const job = await this.poll(remoteId, signal);
    let rows = 0;
    try {
      for await (const outcome of this.datasets.outcomes(outputId(remoteId), signal)) {
        rows++;
        yield outcome;
      }
    } catch (error) {
      // The vendor makes the dataset only when there is something to write.
      if (!isNotFound(error) || rows > 0 || hasResults(job)) throw error;
    }
  }

  /** Nothing: the vendor can only delete a job, and with it what has run and is paid for. */
  async cancel(): Promise<void> {}

  async withdraw(attempt: Attempt, signal: AbortSignal): Promise<void> {
    await this.datasets.remove(inputOf(attempt), signal);
  }

  async cleanup(attempt: Attempt, remoteId: string, signal: AbortSignal): Promise<void> {
    await this.api.remove(`${JOBS}/${this.api.safe(remoteId)}`, signal);
    await this.datasets.remove(inputOf(attempt), signal);
    await this.datasets.remove(outputId(remoteId), signal);
  }

  /**
   * A create whose id is taken was done before: its job is the attempt's. Where the job does not show, it may yet, or only its
   * output exists, and then nobody can tell.
   */
  private async adopt(attempt: Attempt, conflict: ProviderCallError, signal: AbortSignal): Promise<RemoteBatch> {
    const found = await this.find(attempt, signal).catch((error: unknown) => {
      if (error instanceof ProviderCallError) return null;
      throw error;
    });
    if (found) return found;
    throw new ProviderCallError(this.id, 'ambiguous', conflict.message, conflict.details, { cause: conflict });
  }

  private fullName(dataset: string): string {
    return `${this.account}/datasets/${dataset}`;
  }
}

function inputOf(attempt: Attempt): string {
  return attempt.inputId ?? nameOf(attempt);
}

/** Whether a job that has ended wrote anything, as far as it tells. */
function hasResults({ state, counts }: RemoteBatch): boolean {
  if (state === 'completed') return true;
  const ran = (counts?.succeeded ?? 0) + (counts?.failed ?? 0) > 0;
  return ran && ['failed', 'expired', 'cancelled'].includes(state);
}
