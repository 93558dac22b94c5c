import type { Clock } from '../../common/clock';
import { ProviderCallError } from '../contract/errors';

/** Pauses between looks at an upload that is not processed yet: half a minute in all. */
const PAUSES_MS = [50, 200, 1000, 2000, 4000, 8000, 15_000];

/**
 * Waits until `isReady` says that an upload is fit for a create. Nothing is created yet, so that no failure here leaves
 * anything open: what would be ambiguous is `throttled`, and so is an upload that is still not ready after half a minute.
 */
export async function awaitInput(
  { provider, clock }: { readonly provider: string; readonly clock: Clock },
  isReady: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  for (const pause of [0, ...PAUSES_MS]) {
    await clock.sleep(pause, signal);
    signal.throwIfAborted();
    if (await isReady().catch(certain)) return;
  }
  throw new ProviderCallError(provider, 'throttled', 'The provider is still processing the input');
}

function certain(error: unknown): never {
  if (!(error instanceof ProviderCallError) || error.certainlyNotDone) throw error;
  throw new ProviderCallError(error.provider, 'throttled', error.message, error.details, { cause: error });
}
