import { failingWord, modelOf, type VendorId } from './vendors';

/** An item as it was sent: `text` stands in its prompt, is nobody else's, and comes back in the answer unless the item fails. */
export interface SentItem {
  readonly customId: string;
  readonly text: string;
  readonly fails: boolean;
}

/** What a caller sends, and what tells it again from all others. */
export interface PlannedBatch {
  readonly tag: string;
  readonly vendor: VendorId;
  readonly items: readonly SentItem[];
}

/** A batch that the service took. */
export interface AcceptedBatch extends PlannedBatch {
  readonly id: string;
  readonly ownerId: string;
}

/** A batch of so many items, of which every `failEvery`-th is to fail at the vendor; 0, the default: none. */
export function planBatch(tag: string, vendor: VendorId, count: number, failEvery = 0): PlannedBatch {
  const items = Array.from({ length: count }, (_, n): SentItem => ({
    customId: `${tag}-item-${n}`,
    text: `<${tag}.${n}>`,
    fails: failEvery > 0 && n % failEvery === failEvery - 1,
  }));
  return { tag, vendor, items };
}

/** The body of its create; the tag is in the metadata, by which a create that had no answer is found again. */
export function bodyOf({ tag, vendor, items }: PlannedBatch): object {
  const requests = items.map(({ customId, text, fails }) => {
    const content = fails ? `${text} ${failingWord(vendor)}` : text;
    return { custom_id: customId, body: { model: modelOf(vendor), messages: [{ role: 'user', content }] } };
  });
  return { requests, metadata: { tag } };
}
