import { z } from 'zod';
import { OperatorError } from '../common/operator-error';
import { ParkedParts } from '../execution/parked-parts';
import { operatorCommand } from './operator-command';

const listParts = operatorCommand({
  input: z.object({}),
  service: ParkedParts,
  run: async (parts) =>
    (await parts.list()).map((part) => ({
      id: part.id,
      batch: part.batchId,
      owner: part.owner,
      provider: part.provider,
      model: part.model,
      items: part.items,
      bytes: part.bytes,
      create_sent_at: part.createSentAt,
      attempt: part.attemptToken,
      look_for: part.lookFor,
    })),
});

const adoptPart = operatorCommand({
  input: z.object({ part: z.string().min(1), upstream: z.string().min(1) }),
  service: ParkedParts,
  run: async (parts, { part, upstream }) => {
    await parts.adopt(part, upstream);
    return [{ id: part, state: 'running', upstream }];
  },
});

const resubmitPart = operatorCommand({
  input: z.object({ part: z.string().min(1), yes: z.boolean() }),
  service: ParkedParts,
  run: async (parts, { part, yes }) => {
    const { items, provider } = await parts.get(part);
    if (!yes) {
      throw new OperatorError(
        `If ${provider} took the create of ${part} after all, this buys its ${items} items twice: look there first ` +
          '(the command list tells what for), then repeat this with --yes',
      );
    }
    await parts.resubmit(part);
    return [{ id: part, state: 'queued' }];
  },
});

/** What an operator does about parts of which nobody can tell whether their provider took the create. */
export const PART_COMMANDS = { 'parts.list': listParts, 'parts.adopt': adoptPart, 'parts.resubmit': resubmitPart };
