import type { PartResults } from '../../../src/batches/part.entity';
import type { StoredBlobs } from '../ports/memory-blobs';

/** An item's outcome as it is stored. */
export interface FoundOutcome {
  readonly customId: string;
  /** Of the answer; null where the item has none. */
  readonly status: number | null;
  /** What the model said, which is what it was asked; null for anything but a success. */
  readonly echo: string | null;
  /** Of the item's error. */
  readonly code: string | null;
}

interface ResultLine {
  readonly custom_id: string;
  readonly response: { readonly status_code: number; readonly body: unknown } | null;
  readonly error: { readonly code: string } | null;
}

/** An item as its caller gave it. */
export interface GivenItem {
  readonly customId: string;
  readonly prompt: string;
}

interface InputLine {
  readonly custom_id: string;
  readonly body: { readonly messages: readonly { readonly content: string }[] };
}

/** The items of a batch, in their order. */
export function readInput(blobs: StoredBlobs, batchId: string): GivenItem[] {
  return linesOf(blobs, `batches/${batchId}/input.jsonl`).map((line) => {
    const { custom_id: customId, body } = JSON.parse(line) as InputLine;
    return { customId, prompt: body.messages[0]?.content ?? '' };
  });
}

/** The outcomes in a part's results, in their order. */
export function readOutcomes(blobs: StoredBlobs, results: PartResults | null): FoundOutcome[] {
  if (!results) return [];
  return linesOf(blobs, results.key).map((line) => {
    const { custom_id: customId, response, error } = JSON.parse(line) as ResultLine;
    const status = response?.status_code ?? null;
    return { customId, status, echo: status === 200 ? echoOf(response?.body) : null, code: error?.code ?? null };
  });
}

function linesOf(blobs: StoredBlobs, key: string): string[] {
  const text = blobs.get(key)?.bytes.toString('utf8') ?? '';
  return text.split('\n').filter((line) => line !== '');
}

function echoOf(body: unknown): string | null {
  const { choices } = body as { readonly choices?: readonly { readonly message: { readonly content: string } }[] };
  return choices?.[0]?.message.content ?? null;
}
