import type { RemoteState } from './adapter';

/** States of an upstream job after which it changes no more. */
export const ENDED_STATES: readonly RemoteState[] = ['completed', 'failed', 'expired', 'cancelled'];
