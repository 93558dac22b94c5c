import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { Random } from '../common/random';
import { SecretBox } from '../common/secret-box';
import type { WebhookEndpointEntity } from './webhook-endpoint.entity';
import { WebhooksNotConfiguredError } from './webhooks.errors';
import { WEBHOOKS_OPTIONS, type WebhooksModuleOptions } from './webhooks.options';

const SECRET_BYTES = 32;
/** The receiver's time to take the new one over. */
const PREVIOUS_SIGNS_MS = 24 * 3_600_000;

/** The secrets that endpoints know us by: signing needs them in clear, so they are sealed and not hashed. */
@Injectable()
export class WebhookSecrets {
  private readonly box: SecretBox | null;

  constructor(
    @Inject(WEBHOOKS_OPTIONS) { secretsKeys = [] }: WebhooksModuleOptions,
    private readonly random: Random,
    private readonly clock: Clock,
  ) {
    this.box = secretsKeys.length === 0 ? null : new SecretBox(secretsKeys, random);
  }

  get areConfigured(): boolean {
    return this.box !== null;
  }

  /** @throws WebhooksNotConfiguredError */
  assertConfigured(): void {
    if (!this.box) throw new WebhooksNotConfiguredError();
  }

  /** A new one, as the specification spells it: `whsec_` and base64. */
  generate(): string {
    return `whsec_${this.random.bytes(SECRET_BYTES).toString('base64')}`;
  }

  seal(secret: string, endpointId: string): string {
    return this.opened.seal(secret, endpointId);
  }

  /** What changes on an endpoint that gets a new secret: the one before signs along for a day. */
  rotated({ id, secret }: WebhookEndpointEntity, next: string) {
    const previousSecretUntil = new Date(this.clock.now() + PREVIOUS_SIGNS_MS);
    return { secret: this.seal(next, id), previousSecret: secret, previousSecretUntil };
  }

  /** Those that sign now, the newest first. @throws SealBrokenError */
  of({ id, secret, previousSecret, previousSecretUntil }: WebhookEndpointEntity): string[] {
    const isPreviousGood = previousSecretUntil !== null && previousSecretUntil.getTime() > this.clock.now();
    const sealed = previousSecret !== null && isPreviousGood ? [secret, previousSecret] : [secret];
    return sealed.map((one) => this.opened.open(one, id));
  }

  private get opened(): SecretBox {
    if (!this.box) throw new WebhooksNotConfiguredError();
    return this.box;
  }
}
