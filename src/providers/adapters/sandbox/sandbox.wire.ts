import { z } from 'zod';

/** What the sandbox keeps of a job: the whole of its state, beside the staged lines, so that it survives any process. */
export const jobWire = z.object({
  /** Milliseconds since the epoch. */
  created_at: z.number(),
  item_count: z.number(),
});
export type SandboxJob = z.infer<typeof jobWire>;

export const cancellationWire = z.object({
  /** Milliseconds since the epoch. */
  cancelled_at: z.number(),
});
