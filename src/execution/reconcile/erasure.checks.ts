import { Injectable } from '@nestjs/common';
import { ErasuresStore } from '../../batches/erasures.store';
import type { Check, Finding } from './check';

const AT_ONCE = 1000;
/** Some minutes: what is deleted is erased by the first. */
const MANY_TRIES = 4;

/** Deleted batches that could not be erased several times in a row. */
@Injectable()
export class StuckErasures implements Check {
  readonly kind = 'stuck_erasure';
  readonly scope = 'rows';

  constructor(private readonly erasures: ErasuresStore) {}

  async *find(): AsyncGenerator<Finding> {
    for (const { batchId, tries } of await this.erasures.listTried(MANY_TRIES, AT_ONCE)) {
      yield { subject: batchId, message: `The batch was deleted, and could not be erased in ${tries} tries` };
    }
  }
}
