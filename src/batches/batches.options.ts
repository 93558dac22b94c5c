/** A file of its own, since the definition of the module names the controller, whose services are given these options. */
export const BATCHES_OPTIONS = Symbol('meshbatch:batches-options');

export const DEFAULT_INLINE_RESULTS_MAX_BYTES = 64 * 1024 * 1024;

export interface BatchesModuleOptions {
  /** Results longer than this are left to the files; 64 MiB when left out. */
  readonly inlineResultsMaxBytes?: number;
}
