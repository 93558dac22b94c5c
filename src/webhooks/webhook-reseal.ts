import { Injectable } from '@nestjs/common';
import { Database } from '../persistence/database';
import { EndpointsStore } from './endpoints.store';
import { WebhookSecrets } from './webhook-secrets';

const AT_ONCE = 100;

export interface Resealed {
  /** How many endpoints have all their secrets under the key that seals now. */
  readonly resealed: number;
  /** Ids of those with a secret that none of the keys opens; they stay as they are. */
  readonly unopened: readonly string[];
}

/** Seals the secrets of all endpoints anew, so that the key they were under before is needed no longer. Nobody's secret changes. */
@Injectable()
export class WebhookReseal {
  /** @internal */
  constructor(
    private readonly database: Database,
    private readonly endpoints: EndpointsStore,
    private readonly secrets: WebhookSecrets,
  ) {}

  /** @throws WebhooksNotConfiguredError */
  async run(): Promise<Resealed> {
    this.secrets.assertConfigured();
    const unopened: string[] = [];
    let resealed = 0;
    for (let after = ''; ;) {
      const ids = await this.endpoints.listIds(after, AT_ONCE);
      for (const id of ids) {
        const wasOpened = await this.reseal(id);
        if (wasOpened === false) unopened.push(id);
        if (wasOpened === true) resealed += 1;
      }
      if (ids.length < AT_ONCE) return { resealed, unopened };
      after = ids.at(-1)!;
    }
  }

  /** False when no key opens its secrets, null when it was deleted meanwhile. */
  private reseal(id: string): Promise<boolean | null> {
    return this.database.transaction(async (tx) => {
      const endpoint = await this.endpoints.lock(id, tx);
      if (!endpoint) return null;
      const patch = this.secrets.resealed(endpoint);
      if (patch) await this.endpoints.update(id, patch, tx);
      return patch !== null;
    });
  }
}
