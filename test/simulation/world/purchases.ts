import type { UpstreamJob } from '../upstream/vendors';
import type { JudgedPart } from './judge';
import type { Watch } from './watch';
import type { World } from './world';

const ITEM_ID = /^r(\d{7})-([a-z0-9]{8})$/;
/** Prompts whose items do not end as a success that can be read. */
const NO_SUCCESS = /#(status|error|drop|expire|poison)/;

/** An item as it went upstream. */
interface SentItem {
  readonly part: JudgedPart;
  /** Within its part. */
  readonly index: number;
}

/** What the vendors ran is paid for: no item twice, and what can be read is given to the caller. */
export function judgePurchases({ vendors }: World, watch: Watch, parts: readonly JudgedPart[]): void {
  const byId = new Map(parts.map((part) => [part.id, part]));
  const find = (itemId: string): SentItem | null => {
    const [, index, token] = ITEM_ID.exec(itemId) ?? [];
    const part = byId.get(watch.partOfToken.get(token ?? '') ?? '');
    return part ? { part, index: Number(index) - part.firstItem } : null;
  };
  const bought = new Map<string, string>();
  for (const job of vendors.jobs()) {
    for (const itemId of job.ran) {
      const item = find(itemId);
      if (!item) {
        watch.violate(`${job.id} ran ${itemId}, of which nobody knows`);
        continue;
      }
      const name = `${item.part.id} item ${item.index}`;
      const before = bought.get(name);
      if (before !== undefined) watch.violate(`${name} was bought twice: by ${before} and by ${job.id}`);
      bought.set(name, job.id);
      judgeDelivery(job, item, watch);
    }
  }
}

function judgeDelivery(job: UpstreamJob, { part, index }: SentItem, watch: Watch): void {
  const outcome = part.outcomes[index];
  if (outcome?.status === 200) return;
  if (part.remoteId !== job.id) {
    // Nobody could tell that the job was the part's.
    if (part.isLate || watch.parked.has(part.id)) return;
    return watch.violate(`${job.id} ran for ${part.id}, which does not know of it`);
  }
  const since = watch.collectingSince.get(part.id) ?? 0;
  const wasReadable = job.endedAt !== null && job.endedAt <= since;
  if (wasReadable && !NO_SUCCESS.test(part.items[index]?.prompt ?? '')) {
    watch.violate(
      `${job.id} ran item ${index} of ${part.id}, which ended ${outcome?.code ?? outcome?.status ?? 'without'}`,
    );
  }
}
