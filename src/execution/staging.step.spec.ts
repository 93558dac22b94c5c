import type { PartEntity } from '../batches/part.entity';
import type { BatchEntity } from '../batches/batch.entity';
import type { Lease } from '../batches/parts.store';
import { SystemClock } from '../common/clock';
import type { ProviderAdapter, StagedLines } from '../providers/contract/adapter';
import type { AttemptEnds } from './attempt-ends';
import { StagingStep } from './staging.step';

describe('StagingStep', () => {
  const refuse = jest.fn((..._given: unknown[]) => Promise.resolve());
  const stage = jest.fn(() => Promise.resolve('file-1'));
  const update = jest.fn(() => Promise.resolve());
  const step = new StagingStep(
    { update } as never,
    null as never,
    { refuse } as unknown as AttemptEnds,
    null as never,
    null as never,
    new SystemClock(),
  );
  const part = { id: 'part_1', attemptToken: 'abcdefgh', excluded: [], itemCount: 1 } as unknown as PartEntity;
  const leased = { part, lease: {} as Lease, signal: new AbortController().signal };
  const adapter = { id: 'acme', capabilities: { maxBytes: 100 }, stage } as unknown as ProviderAdapter;
  const staged = (bytes: number) => step.stage(leased, {} as BatchEntity, adapter, { bytes } as StagedLines);

  it('uploads what the provider takes, and refuses by name what is longer before it is sent', async () => {
    expect((await staged(100))?.part.inputId).toBe('file-1');
    expect(await staged(101)).toBeNull();
    expect([stage.mock.calls.length, update.mock.calls.length, refuse.mock.calls.length]).toEqual([1, 1, 1]);
    expect(refuse.mock.calls[0]?.[3]).toMatchObject({
      failure: 'rejected',
      message: 'The requests take 101 bytes as they are sent, and the provider takes 100',
      details: { code: 'part_too_large' },
    });
  });
});
