import { EnvelopeSplitter, type SplitEvent } from '../../../common/jsonl/envelope-splitter';
import {
  DuplicateKeyError,
  JsonSyntaxError,
  NestingTooDeepError,
  ValueTooLargeError,
} from '../../../common/jsonl/json-errors';
import { MAX_LINE_BYTES } from '../../../common/jsonl/limits';
import { IncompleteDownloadError } from '../../contract/adapter';

/** Rows asked for at a time, the most that the vendor gives. */
const PAGE = 1000;
const MAX_TOKEN_BYTES = 64 * 1024;
const MAX_DEPTH = 10_000;
const UNREADABLE = [JsonSyntaxError, DuplicateKeyError, ValueTooLargeError, NestingTooDeepError];

/**
 * The rows of all pages as they stand, never more than one in memory. `download` gets the query of a page.
 * Throws {@link IncompleteDownloadError} when a page ends early or is no page, or when the pages lead back to one that was read.
 */
export async function* readPages(download: (query: string) => AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const read = new Set<string>();
  for (let token: string | null = ''; token !== null;) {
    if (read.has(token)) throw new IncompleteDownloadError('The pages of the results do not come to an end');
    read.add(token);
    const from: string = token === '' ? '' : `&pagination_token=${encodeURIComponent(token.toWellFormed())}`;
    token = yield* readPage(download(`?limit=${PAGE}${from}`));
  }
}

/** The rows of one page; returns the token of the next one, null at the end. */
async function* readPage(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, string | null> {
  const page = new Page();
  try {
    for await (const chunk of source) yield* page.rows(chunk);
    return page.end();
  } catch (error) {
    if (!UNREADABLE.some((kind) => error instanceof kind)) throw error;
    throw new IncompleteDownloadError('A page of the results is not whole', { cause: error });
  }
}

/** One page as it is read: `{results: […], pagination_token}`. */
class Page {
  private readonly splitter = new EnvelopeSplitter({
    arrayKey: 'results',
    captureKeys: ['pagination_token'],
    maxItemBytes: MAX_LINE_BYTES,
    maxFieldBytes: MAX_TOKEN_BYTES,
    maxDepth: MAX_DEPTH,
  });
  private hasRows = false;
  private token: unknown = null;

  *rows(chunk: Buffer): Generator<Buffer> {
    for (const event of this.splitter.push(chunk)) {
      if (event.type === 'item') yield event.bytes;
      else this.note(event);
    }
  }

  /** The token of the next page; null when this is the last. */
  end(): string | null {
    for (const event of this.splitter.end()) this.note(event);
    const isPage = this.hasRows && (this.token === null || typeof this.token === 'string');
    if (!isPage) throw new IncompleteDownloadError('The provider answered with something else than a page of results');
    return (this.token as string | null) || null;
  }

  private note(event: SplitEvent): void {
    if (event.type === 'array_end') this.hasRows = true;
    else if (event.type === 'field' && event.key === 'pagination_token') {
      this.token = JSON.parse(event.bytes.toString('utf8'));
    }
  }
}
