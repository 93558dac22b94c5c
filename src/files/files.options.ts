/** A file of its own, since the definition of the module names the controller, whose services are given these options. */
export const FILES_OPTIONS = Symbol('meshbatch:files-options');

export interface FilesModuleOptions {
  /** Results and files that are sent at once, of one owner at most half of them; further ones are refused with 503. 256 when left out. */
  readonly maxConcurrentStreams?: number;
}
