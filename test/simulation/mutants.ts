import { PartEntity } from '../../src/batches/part.entity';
import { PartSlots } from '../../src/batches/part-slots';
import { PartsStore } from '../../src/batches/parts.store';
import type { AttemptEnds } from '../../src/execution/attempt-ends';
import { attemptOf } from '../../src/batches/attempt';
import { CollectDelay } from '../../src/execution/collect-delay';
import { CreateStep } from '../../src/execution/create.step';
import { RecoveryStep } from '../../src/execution/recovery.step';
import { ResultsReader } from '../../src/execution/results-reader';
import type { ProviderCallError } from '../../src/providers/contract/errors';
import { BatchLimitExceededError } from '../../src/quota/quota.errors';
import { QuotaService } from '../../src/quota/quota.service';
import type { Database } from '../../src/persistence/database';
import type { StepFailures } from '../../src/execution/step-failures';

/** A rule of the product to break. */
export interface Mutant {
  /** The seed from which on histories notice it soon. */
  readonly from: number;
  /** Breaks the rule; what it returns mends it. */
  readonly breakRule: () => () => void;
}

/** Puts a method in the place of one of a class. */
function replace<T extends object>(prototype: T, name: string, method: (this: never, ...given: never[]) => unknown) {
  const methods = prototype as Record<string, unknown>;
  const original = methods[name];
  if (typeof original !== 'function') throw new Error(`There is no method ${name} to break`);
  methods[name] = method;
  return () => {
    methods[name] = original;
  };
}

interface StoreInside {
  readonly database: Database;
}
interface StepInside {
  readonly ends: AttemptEnds;
  readonly failures: StepFailures;
}
type StepRun = Parameters<CreateStep['run']>;
type Recovering = Parameters<RecoveryStep['run']>;

/** Rules of the architecture, each broken in one place. */
export const MUTANTS: Readonly<Record<string, Mutant>> = {
  'a write does not name its fence': {
    from: 105,
    breakRule: () =>
      replace(
        PartsStore.prototype,
        'update',
        async function (this: StoreInside, ...given: Parameters<PartsStore['update']>) {
          const [{ partId }, patch, tx] = given;
          await (tx ?? this.database.manager).update(PartEntity, { id: partId }, patch);
        },
      ),
  },
  'a create is sent before it is noted': {
    from: 11,
    breakRule: () =>
      replace(
        CreateStep.prototype,
        'run',
        async function (this: StepInside, ...[leased, batch, adapter, lines]: StepRun) {
          const remote = await adapter.submit(attemptOf(leased.part, batch), lines, leased.signal);
          await this.ends.adopt(leased, adapter, remote);
        },
      ),
  },
  'a create without an answer is sent again': {
    from: 151,
    breakRule: () =>
      replace(
        CreateStep.prototype,
        'failed',
        async function (
          this: StepInside,
          leased: StepRun[0],
          _batch: StepRun[1],
          _adapter: StepRun[2],
          error: ProviderCallError,
        ) {
          await this.failures.retryLater(leased, error, 'submit', { createSentAt: null });
        },
      ),
  },
  'an empty list is taken for proof': {
    from: 377,
    breakRule: () =>
      replace(
        RecoveryStep.prototype,
        'lookUp',
        async function (this: StepInside, ...[leased, batch, adapter]: Recovering) {
          const found = await adapter.find(attemptOf(leased.part, batch), leased.signal);
          return found ? this.ends.adopt(leased, adapter, found) : this.ends.startAgain(leased);
        },
      ),
  },
  'rows that are missing are not waited for': {
    from: 51,
    breakRule: () => replace(CollectDelay.prototype, 'awaitsMore', async () => false),
  },
  'results of a job that did not complete are not read': {
    from: 39,
    breakRule: () => {
      const read = ResultsReader.prototype.read;
      return replace(
        ResultsReader.prototype,
        'read',
        async function (this: ResultsReader, ...given: Parameters<typeof read>) {
          if (given[0].part.remoteState === 'completed') await read.apply(this, given);
        },
      );
    },
  },
  'a lease is taken from whoever holds it': {
    from: 2,
    breakRule: () =>
      replace(PartsStore.prototype, 'claim', async function (this: PartsStore, partId: string) {
        const part = await this.find(partId);
        return part && part.state !== 'ended' ? { partId, fence: part.fence } : null;
      }),
  },
  'an owner has no limit': {
    from: 14,
    breakRule: () => {
      const reserve = QuotaService.prototype.reserve;
      return replace(
        QuotaService.prototype,
        'reserve',
        async function (this: QuotaService, ...given: Parameters<typeof reserve>) {
          return reserve.apply(this, given).catch((error: unknown) => {
            if (!(error instanceof BatchLimitExceededError)) throw error;
            return { limit: error.limit, remaining: 0 };
          });
        },
      );
    },
  },
  'a provider has slots for all': {
    from: 10,
    breakRule: () => {
      const take = PartSlots.prototype.take;
      return replace(PartSlots.prototype, 'take', async function (this: PartSlots, ...given: Parameters<typeof take>) {
        return take.call(this, given[0], { ...given[1], max: 1000 }, given[2]);
      });
    },
  },
};
