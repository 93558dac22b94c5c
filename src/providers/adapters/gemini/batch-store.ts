import { toUnixSeconds, type Clock } from '../../../common/clock';
import { JsonSyntaxError, NestingTooDeepError, ValueTooLargeError } from '../../../common/jsonl/json-errors';
import { IncompleteDownloadError, type ItemOutcome } from '../../contract/adapter';
import { ProviderCallError } from '../../contract/errors';
import { readOutcomes, unreadable } from '../../upstream/read-outcomes';
import type { UpstreamApi } from '../../upstream/upstream-api';
import type { Endpoints } from './endpoints';
import { endedAt, idOf, toRemoteState } from './from-operation';
import { toOutcome, type RowContext } from './from-row';
import {
  operationsWire,
  operationWire,
  partialOperationWire,
  type OperationsWire,
  type OperationWire,
  type PartialOperationWire,
} from './gemini.wire';
import { OperationReader, readOperations, type RowsPlace } from './read-operation';

const PAGE = 100;
const UNREADABLE = [JsonSyntaxError, ValueTooLargeError, NestingTooDeepError];

/** What is needed to reach the vendor's batches. */
export interface BatchAccess {
  readonly provider: string;
  readonly api: UpstreamApi;
  readonly endpoints: Endpoints;
  readonly clock: Clock;
}

/** The vendor's batches, whose documents may hold all of their answers and are never held whole. */
export class BatchStore {
  constructor(private readonly access: BatchAccess) {}

  async retrieve(id: string, signal: AbortSignal): Promise<OperationWire> {
    const reader = new OperationReader(null);
    for await (const _ of this.rows(reader, id, signal));
    return this.operation(reader);
  }

  /** Reads the whole list: its order is not documented. Entries of other software may have any shape and are passed over. */
  async find(displayName: string, signal: AbortSignal): Promise<OperationWire | null> {
    const { api, endpoints } = this.access;
    let pageToken: string | null = null;
    do {
      const source = api.client.download(endpoints.list('batches', PAGE, pageToken), signal);
      const document = await readOperations(source).catch((error: unknown) => this.unreadable(error));
      const page: OperationsWire = api.parse(operationsWire, document);
      const batches = (page.operations ?? []).flatMap((entry) => operationWire.safeParse(entry).data ?? []);
      const found = batches.find(({ metadata }) => metadata?.displayName === displayName);
      if (found) return found;
      pageToken = page.nextPageToken || null;
    } while (pageToken);
    return null;
  }

  /** What became of a batch's requests. Its answers stand in its own document, or in a file that this names. */
  async *outcomes(id: string, signal: AbortSignal): AsyncGenerator<ItemOutcome> {
    const reader = new OperationReader('response');
    const rows = yield* this.inline(reader, id, signal);
    if (rows > 0) return;
    const wire = this.operation(reader);
    const file = wire.metadata?.output?.responsesFile ?? wire.response?.responsesFile;
    const elsewhere: RowsPlace = 'metadata.output';
    if (file) {
      yield* this.inFile(file, this.contextOf(wire), signal);
    } else if (reader.hasOther(elsewhere)) {
      // The time that its answers get stands behind them: by now it is known.
      yield* this.inline(new OperationReader(elsewhere), id, signal, this.contextOf(wire));
    } else if (toRemoteState(wire) === 'completed') {
      throw new IncompleteDownloadError('The batch has succeeded, and its answers are not there yet');
    }
  }

  /** The outcomes that the reader finds in a batch's document; resolves to how many there were. */
  private async *inline(
    reader: OperationReader,
    id: string,
    signal: AbortSignal,
    known?: RowContext,
  ): AsyncGenerator<ItemOutcome, number> {
    let context = known;
    let rows = 0;
    for await (const row of this.rows(reader, id, signal)) {
      context ??= this.contextOf(this.access.api.parse(partialOperationWire, reader.document));
      yield toOutcome(row, context) ?? unreadable(row);
      rows++;
    }
    return rows;
  }

  private inFile(file: string, context: RowContext, signal: AbortSignal): AsyncGenerator<ItemOutcome> {
    const { api, endpoints } = this.access;
    const source = api.client.download(endpoints.download(api.safe(idOf(file))), signal);
    return readOutcomes(source, (line) => toOutcome(line, context));
  }

  private async *rows(reader: OperationReader, id: string, signal: AbortSignal): AsyncGenerator<Buffer> {
    const { api, endpoints } = this.access;
    try {
      yield* reader.rows(api.client.download(endpoints.batch(api.safe(id)), signal));
    } catch (error) {
      this.unreadable(error);
    }
  }

  private operation(reader: OperationReader): OperationWire {
    return this.access.api.parse(operationWire, reader.document);
  }

  private contextOf(wire: PartialOperationWire): RowContext {
    return {
      created: endedAt(wire) ?? toUnixSeconds(this.access.clock.now()),
      model: idOf(wire.metadata?.model ?? ''),
      cancelled: toRemoteState(wire) === 'cancelled',
    };
  }

  /** A document that is no JSON, or not all of one, is an answer that says nothing. */
  private unreadable(cause: unknown): never {
    if (!UNREADABLE.some((kind) => cause instanceof kind)) throw cause;
    const message = 'The provider did not answer with JSON';
    throw new ProviderCallError(this.access.provider, 'ambiguous', message, {}, { cause });
  }
}
