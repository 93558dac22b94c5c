/** Who waits at a port or for a time: a simulated process, or something of the world that no fault stops. */
export interface Actor {
  readonly name: string;
  /** A dead one is never resumed. */
  readonly isDead: boolean;
  /** One that is stopped (SIGSTOP) goes on later, and finds that time has passed. */
  readonly isStopped: boolean;
}

export const WORLD: Actor = { name: 'world', isDead: false, isStopped: false };
