import type { ProviderAdapter } from '../../src/providers/contract/adapter';
import type { Simulator } from '../support/upstreams/kit/simulator';
import type { Route } from '../support/upstreams/kit/types';
import type { AdapterCall, FaultyHarness } from './provider-faults.contract';

/** Where each call goes first; one that is missing reaches nobody. */
export type FaultRoutes = Readonly<Partial<Record<AdapterCall, Route>>>;

/** The routes of a vendor that takes and gives files. */
export const FILE_ROUTES: Readonly<Record<AdapterCall, Route>> = {
  stage: 'upload',
  submit: 'create',
  find: 'list',
  poll: 'get',
  results: 'content',
  cancel: 'cancel',
  withdraw: 'deleteFile',
  cleanup: 'deleteFile',
};

/** What each vendor has in its own way; `B` is a batch as its simulator has it. */
interface SimulatedVendor<S, B> {
  readonly simulator: S & Simulator<B>;
  readonly adapter: ProviderAdapter;
  readonly model: string;
  readonly routes: FaultRoutes;
  /** The state in which a batch is held, where that is not the simulator's to choose. */
  readonly holdIn?: string;
  /** How many items of a batch have run. */
  ran(batch: B): number;
  hasEnded(batch: B): boolean;
  /** Ids of all batches that were made. */
  created(): string[];
  readonly withLargeResults: FaultyHarness['withLargeResults'];
}

export type SimulatedHarness<S> = FaultyHarness & { readonly simulator: S };

/** A vendor's adapter beside the vendor's simulator. */
export function simulatedHarness<S, B extends { readonly id: string }>(
  vendor: SimulatedVendor<S, B>,
): SimulatedHarness<S> {
  const { simulator, adapter, model, created, withLargeResults } = vendor;
  return {
    simulator,
    adapter,
    model,
    created,
    withLargeResults,
    now: () => Date.now(),
    hold: () => simulator.hold(vendor.holdIn),
    halfway: async (id) => {
      await simulator.waitForBatch((batch) => batch.id === id && vendor.ran(batch) === 4);
    },
    finish: async (id) => {
      simulator.release();
      await simulator.waitForBatch((batch) => batch.id === id && vendor.hasEnded(batch));
    },
    fail: (call, kind) => simulator.faults.add({ route: vendor.routes[call] ?? 'unknown', kind }),
    createArrived: async (done) => {
      await (done ? simulator.waitForBatch(() => true) : simulator.waitFor('create'));
    },
    expireAll: () => simulator.expireAll(),
    close: () => simulator.stop(),
  };
}

/** A row for each of `count` items, as the lines of a file. */
export function* rowsOf(count: number, row: (index: number) => string): Generator<string> {
  for (let index = 0; index < count; index++) yield `${row(index)}\n`;
}
