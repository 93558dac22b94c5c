import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { Ids, isId } from '../common/ids';
import { NotFoundError } from '../http/meshbatch-error';
import { Database } from '../persistence/database';
import { DeliveriesStore } from './deliveries.store';
import { DISABLED } from './delivery-attempts';
import type { CreateWebhookDto, UpdateWebhookDto } from './dto/webhook-body.dto';
import { EndpointsStore } from './endpoints.store';
import { TargetCheck } from './target-check';
import type { WebhookEndpointEntity } from './webhook-endpoint.entity';
import { DEFAULT_WEBHOOK_EVENTS } from './webhook-events';
import { WebhookSecrets } from './webhook-secrets';
import { TooManyWebhooksError } from './webhooks.errors';

const MAX_PER_OWNER = 10;

/** An endpoint with its secret, which is told this once. */
export interface NewSecret {
  readonly endpoint: WebhookEndpointEntity;
  /** `whsec_…` */
  readonly secret: string;
}

export interface WebhookPage {
  readonly endpoints: WebhookEndpointEntity[];
  readonly hasMore: boolean;
}

/** The endpoints of an owner. */
@Injectable()
export class WebhooksService {
  constructor(
    private readonly store: EndpointsStore,
    private readonly deliveries: DeliveriesStore,
    private readonly targets: TargetCheck,
    private readonly secrets: WebhookSecrets,
    private readonly database: Database,
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {}

  async create(ownerId: string, { url, events, description }: CreateWebhookDto): Promise<NewSecret> {
    this.secrets.assertConfigured();
    const id = this.ids.next('whk');
    const secret = this.secrets.generate();
    const endpoint: WebhookEndpointEntity = {
      id,
      ownerId,
      url: await this.targets.check(url),
      events: [...new Set(events ?? DEFAULT_WEBHOOK_EVENTS)],
      description: description ?? null,
      secret: this.secrets.seal(secret, id),
      previousSecret: null,
      previousSecretUntil: null,
      disabledReason: null,
      createdAt: new Date(this.clock.now()),
    };
    if (!(await this.store.insertWithin(MAX_PER_OWNER, endpoint))) throw new TooManyWebhooksError(MAX_PER_OWNER);
    return { endpoint, secret };
  }

  /** Throws the same 404 for an endpoint that never was and for somebody else's. */
  async get(ownerId: string, id: string): Promise<WebhookEndpointEntity> {
    const endpoint = isId('whk', id) ? await this.store.findOwned(ownerId, id) : null;
    if (!endpoint) throw new NotFoundError();
    return endpoint;
  }

  async list(ownerId: string, limit: number, after?: string): Promise<WebhookPage> {
    const endpoints = await this.store.list(ownerId, limit + 1, after);
    return { endpoints: endpoints.slice(0, limit), hasMore: endpoints.length > limit };
  }

  /** Changes what is given. Disabling it ends what waits to be sent there; enabling it brings none of that back. */
  async update(ownerId: string, id: string, change: UpdateWebhookDto): Promise<WebhookEndpointEntity> {
    await this.get(ownerId, id);
    const url = change.url === undefined ? undefined : await this.targets.check(change.url);
    return this.change(ownerId, id, (endpoint) => ({
      ...(url !== undefined && { url }),
      ...(change.events !== undefined && { events: [...new Set(change.events)] }),
      ...(change.description !== undefined && { description: change.description }),
      ...(change.disabled === false && { disabledReason: null }),
      ...(change.disabled === true && { disabledReason: endpoint.disabledReason ?? ('requested' as const) }),
    }));
  }

  /** A new secret; for a day the one before signs along. */
  async rotateSecret(ownerId: string, id: string): Promise<NewSecret> {
    this.secrets.assertConfigured();
    const secret = this.secrets.generate();
    const endpoint = await this.change(ownerId, id, (before) => this.secrets.rotated(before, secret));
    return { endpoint, secret };
  }

  async delete(ownerId: string, id: string): Promise<void> {
    if (!isId('whk', id) || !(await this.store.delete(ownerId, id))) throw new NotFoundError();
  }

  private async change(
    ownerId: string,
    id: string,
    patchOf: (endpoint: WebhookEndpointEntity) => Partial<WebhookEndpointEntity>,
  ): Promise<WebhookEndpointEntity> {
    if (!isId('whk', id)) throw new NotFoundError();
    return this.database.transaction(async (tx) => {
      const endpoint = await this.store.lockOwned(ownerId, id, tx);
      if (!endpoint) throw new NotFoundError();
      const patch = patchOf(endpoint);
      if (Object.keys(patch).length > 0) await this.store.update(id, patch, tx);
      if (patch.disabledReason) await this.deliveries.failPending(id, DISABLED, tx);
      return { ...endpoint, ...patch };
    });
  }
}
