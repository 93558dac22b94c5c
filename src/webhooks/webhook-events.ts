import { TERMINAL_STATUSES, type BatchStatus } from '../batches/batch-status';

/** A change of a batch's status that an endpoint may be told of; that it was created is what its creator was answered. */
export type WebhookEvent = `batch.${Exclude<BatchStatus, 'validating'>}`;

/** What an endpoint is told of unless it says otherwise: that a batch has ended, however. */
export const DEFAULT_WEBHOOK_EVENTS = TERMINAL_STATUSES.map((status) => `batch.${status}` as const);

export const WEBHOOK_EVENTS: readonly WebhookEvent[] = [
  'batch.in_progress',
  'batch.finalizing',
  'batch.cancelling',
  ...DEFAULT_WEBHOOK_EVENTS,
];

/** What an endpoint is sent when its owner tries it out. */
export const TEST_EVENT = 'webhook.test';

/** Of a batch that enters a status; null where nobody can ask to be told. */
export function webhookEventOf(status: BatchStatus): WebhookEvent | null {
  return status === 'validating' ? null : `batch.${status}`;
}
