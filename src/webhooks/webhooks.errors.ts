import { MeshbatchError } from '../http/meshbatch-error';

/** 501: nobody gave the service a key to keep the endpoints' secrets under. */
export class WebhooksNotConfiguredError extends MeshbatchError {
  override readonly name = 'WebhooksNotConfiguredError';

  constructor() {
    super('not_implemented', 'Webhooks are not available: this service has no key to keep their secrets under.');
  }
}

export class TooManyWebhooksError extends MeshbatchError {
  override readonly name = 'TooManyWebhooksError';

  constructor(limit: number) {
    super('conflict', `An owner may have at most ${limit} webhooks.`, { details: { limit } });
  }
}

export class TooManyTestsError extends MeshbatchError {
  override readonly name = 'TooManyTestsError';

  constructor(limit: number) {
    super('conflict', `At most ${limit} tests of a webhook may wait to be delivered.`, { details: { limit } });
  }
}

export class WebhookDisabledError extends MeshbatchError {
  override readonly name = 'WebhookDisabledError';

  constructor() {
    super('conflict', 'The webhook is disabled.');
  }
}
