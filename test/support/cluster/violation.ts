/** Something that must never be, found by the checks of a cluster. */
export interface Violation {
  /** A few words that name the invariant. */
  readonly kind: string;
  /** What it was found on, such as a batch's id. */
  readonly subject: string;
  readonly detail: string;
}
