import { ManualClock } from '../../test/support/manual-clock';
import type { BatchEntity } from '../batches/batch.entity';
import type { PartEntity } from '../batches/part.entity';
import type { PartPatch, PartsStore } from '../batches/parts.store';
import type { ProviderAdapter } from '../providers/contract/adapter';
import type { AttemptEnds } from './attempt-ends';
import type { CreateAnswer } from './create-answer';
import { CreateStep } from './create.step';
import type { LeasedPart } from './part-leases';
import type { StepFailures } from './step-failures';
import type { SubmitTurns } from './submit-turns';

const STOPPED = new Error('The process is stopping');

/** What is written, and whether anything is sent, by a step whose process stops before or while it notes that it will send. */
async function stepThatStops(when: 'before' | 'while'): Promise<{ written: PartPatch[]; sent: number }> {
  const stopping = new AbortController();
  if (when === 'before') stopping.abort(STOPPED);
  const [written, seen] = [[] as PartPatch[], { sent: 0 }];
  const parts = {
    update: async (_: unknown, patch: PartPatch) => {
      written.push(patch);
      stopping.abort(STOPPED);
    },
  } as unknown as PartsStore;
  const adapter = { submit: async () => void seen.sent++ } as unknown as ProviderAdapter;
  const none = {} as AttemptEnds & CreateAnswer & StepFailures & SubmitTurns;
  const step = new CreateStep(parts, none, none, none, none, new ManualClock());
  const part = { id: 'part_1', attemptToken: 'token' } as PartEntity;
  const leased: LeasedPart = { part, lease: { partId: 'part_1', fence: 1 }, signal: stopping.signal };
  await expect(step.run(leased, {} as BatchEntity, adapter, { bytes: 0 } as never)).rejects.toBe(STOPPED);
  return { written, sent: seen.sent };
}

describe('a create whose process stops', () => {
  it('is neither noted nor sent when that was so before', async () => {
    expect(await stepThatStops('before')).toEqual({ written: [], sent: 0 });
  });

  it('is noted as not sent when it was not, so that nobody looks for it', async () => {
    const { written, sent } = await stepThatStops('while');
    expect(written).toEqual([{ createSentAt: expect.any(Date) }, { createSentAt: null }]);
    expect(sent).toBe(0);
  });
});
