import { MAX_LINE_BYTES } from '../../../common/jsonl/limits';
import { pickValues, type Interest, type JsonPath } from '../../../common/jsonl/pick-values';

/** What is read of an operation; its requests and answers, which may be long, are not among it. */
const FACTS: readonly string[] = [
  ...['name', 'error', 'metadata.output.responsesFile', 'response.responsesFile'],
  ...['model', 'displayName', 'state', 'createTime', 'updateTime', 'endTime', 'batchStats'].map(
    (key) => `metadata.${key}`,
  ),
];
/** Where the answers of an inline batch are: in its response and, a second time, in its metadata. */
export type RowsPlace = 'response' | 'metadata.output';
/** An array of answers, which stands in an object of its own name where this is not left out, or an answer in it. */
const ANSWERS =
  /^(response|metadata\.output)\.(?:inlinedResponses|inlinedEmbedContentResponses)(?:\.inlinedResponses)?(\.\d+)?$/;
const LIMITS = { maxValueBytes: MAX_LINE_BYTES, maxDepth: 10_000 };

/** The answers in an operation, as they come, and then all else that matters of it. */
export class OperationReader {
  private readonly facts: object = {};
  private readonly seen = new Set<string>();

  /** @param rowsAt whose answers are handed out; null for none */
  constructor(private readonly rowsAt: RowsPlace | null) {}

  /** The document so far, without requests and answers. */
  get document(): unknown {
    return this.facts;
  }

  /** Whether there are answers at a place that were not handed out. */
  hasOther(place: RowsPlace): boolean {
    return this.seen.has(place);
  }

  async *rows(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const options = { ...LIMITS, interest: (path: JsonPath) => this.interest(path.join('.')) };
    for await (const { path, bytes } of pickValues(source, options)) {
      if (FACTS.includes(path.join('.'))) assign(this.facts, path, JSON.parse(bytes.toString('utf8')));
      else yield bytes;
    }
  }

  private interest(here: string): Interest {
    const [, place, index] = ANSWERS.exec(here) ?? [];
    if (place === undefined) return interestInFacts(here);
    if (index === undefined) return 'enter';
    if (place === this.rowsAt) return 'take';
    this.seen.add(place);
    return 'skip';
  }
}

/** The page of a list of operations, without requests and answers. */
export async function readOperations(source: AsyncIterable<Buffer>): Promise<unknown> {
  const page: object = {};
  const interest = (path: JsonPath): Interest => {
    if (path[0] === 'nextPageToken') return 'take';
    if (path.length < 3) return (path[0] ?? 'operations') === 'operations' ? 'enter' : 'skip';
    return interestInFacts(path.slice(2).join('.'));
  };
  for await (const { path, bytes } of pickValues(source, { ...LIMITS, interest })) {
    assign(page, path, JSON.parse(bytes.toString('utf8')));
  }
  return page;
}

/** Facts are taken, and what leads to them is entered. */
function interestInFacts(here: string): Interest {
  if (FACTS.includes(here)) return 'take';
  return here === '' || FACTS.some((fact) => fact.startsWith(`${here}.`)) ? 'enter' : 'skip';
}

/** Puts a value where it was, in a copy that has only what was taken. */
function assign(document: object, path: JsonPath, value: unknown): void {
  let at = document as Record<string | number, unknown>;
  path.forEach((key, index) => {
    const next = path[index + 1];
    at = (at[key] = next === undefined ? value : (at[key] ?? (typeof next === 'number' ? [] : {}))) as typeof at;
  });
}
