import { sentItems } from '../batches/attempt';
import type { BatchError } from '../batches/batch.entity';
import type { ExcludedItem, PartEntity } from '../batches/part.entity';
import type { RemoteError } from '../providers/contract/adapter';
import { readItemId } from './item-id';

/** How often a part is sent again without the lines that its provider refused. */
export const MAX_RESUBMISSIONS = 10;
/** Items left out at a time: a provider that refuses more of them has another reason. */
const MAX_NAMED = 100;

type Excluding = Pick<PartEntity, 'firstItem' | 'itemCount' | 'excluded' | 'resubmissions' | 'attemptToken'>;

/**
 * What is to be left out once the provider has refused the whole part for its lines, before anything ran: what was left
 * out before, and the items that the reasons name. Null when the part is not to be sent again.
 */
export function excludeNamed(part: Excluding, reasons: readonly RemoteError[]): ExcludedItem[] | null {
  if (part.resubmissions >= MAX_RESUBMISSIONS || reasons.length > MAX_NAMED) return null;
  if (reasons.length === 0 || reasons.some(({ everyLine }) => everyLine)) return null;
  const named = new Map<number, ExcludedItem>();
  for (const reason of reasons) {
    const index = indexOf(part, reason);
    if (index === null) return null;
    if (!named.has(index)) named.set(index, { index, ...toldOf(reason) });
  }
  return [...part.excluded, ...named.values()].sort((a, b) => a.index - b.index);
}

/** The reasons as the part keeps them: a line counts among all of the part's items, also those that were left out. */
export function toPartErrors(part: Excluding, reasons: readonly RemoteError[]): BatchError[] {
  return reasons.map((reason) => {
    const index = indexOf(part, reason);
    return { ...toldOf(reason), ...(index !== null && { line: index + 1 }) };
  });
}

/** A provider may say anything at any length; this much of it is kept. */
function toldOf({ code, message }: RemoteError): { code: string; message: string } {
  const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most)}…` : text);
  return { code: cut(code, 200), message: cut(message, 2000) };
}

/** The index, within the part, of the item that a reason names; null when it names none that was sent. */
function indexOf(part: Excluding, { line, itemId }: RemoteError): number | null {
  if (line !== null) return indexOfLine(part, line);
  const inBatch = itemId === undefined ? null : readItemId(itemId, part.attemptToken ?? '');
  if (inBatch === null) return null;
  const index = inBatch - part.firstItem;
  const wasSent = index >= 0 && index < part.itemCount && !part.excluded.some((each) => each.index === index);
  return wasSent ? index : null;
}

/** The index, within the part, of a line (1-based) of what was sent; null when there is no such line. */
function indexOfLine(part: Excluding, line: number): number | null {
  if (!Number.isInteger(line) || line < 1 || line > sentItems(part)) return null;
  let index = line - 1;
  for (const excluded of [...part.excluded].sort((a, b) => a.index - b.index)) {
    if (excluded.index <= index) index++;
  }
  return index;
}
