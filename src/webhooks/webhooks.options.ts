/** A file of its own, since the definition of the module names the controllers, whose services are given these options. */
export const WEBHOOKS_OPTIONS = Symbol('meshbatch:webhooks-options');

export const DEFAULT_WEBHOOK_TIMEOUT_MS = 15_000;
const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];
/** Together a day, by and large. */
export const DEFAULT_WEBHOOK_RETRY_MS: readonly number[] = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  8 * HOUR,
  8 * HOUR,
];

export interface WebhooksModuleOptions {
  /** Whether this process sends deliveries, or only notes them; true when left out. */
  readonly work?: boolean;
  /**
   * What the endpoints' secrets are stored under: base64 of 32 bytes each, the first seals, all open. The same in every process.
   * Without one no endpoint can be made and nothing is sent.
   */
  readonly secretsKeys?: readonly string[];
  /** Networks such as `10.1.0.0/16` that deliveries may go to though they are no public ones; also by plain http. None when left out. */
  readonly allowedNetworks?: readonly string[];
  /** How long one attempt may take, its redirects included, in milliseconds; 15 seconds when left out. */
  readonly timeoutMs?: number;
  /** How long to wait after each failure in a row, in milliseconds; after the last one it is given up. A day in all when left out. */
  readonly retryMs?: readonly number[];
}
