import type { ProviderCapabilities } from './adapter';

/** The window that every provider takes, and that holds where the caller names none. */
export const DEFAULT_COMPLETION_WINDOW = '24h';

/** All values of `completion_window` that hold there. */
export function completionWindows({ extraWindows }: Pick<ProviderCapabilities, 'extraWindows'>): string[] {
  return [DEFAULT_COMPLETION_WINDOW, ...extraWindows];
}
