/** A file of its own, since the definition of the module names the controller, whose services are given these options. */
export const EVENTS_OPTIONS = Symbol('meshbatch:events-options');

export interface EventsModuleOptions {
  /** Streams of events that are open at once, of one owner at most half of them; further ones are refused with 503. 1,024 when left out. */
  readonly maxEventStreams?: number;
}
