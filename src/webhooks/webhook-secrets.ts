import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { Random } from '../common/random';
import { SafeLogger } from '../common/safe-logger';
import { SealBrokenError, SecretBox } from '../common/secret-box';
import type { WebhookEndpointEntity } from './webhook-endpoint.entity';
import { WebhooksNotConfiguredError } from './webhooks.errors';
import { WEBHOOKS_OPTIONS, type WebhooksModuleOptions } from './webhooks.options';

const SECRET_BYTES = 32;
/** The receiver's time to take the new one over. */
const PREVIOUS_SIGNS_MS = 24 * 3_600_000;

type SealedSecrets = Pick<WebhookEndpointEntity, 'id' | 'secret' | 'previousSecret' | 'previousSecretUntil'>;

/** The secrets that endpoints know us by: signing needs them in clear, so they are sealed and not hashed. */
@Injectable()
export class WebhookSecrets {
  private readonly logger = new SafeLogger(WebhookSecrets.name);
  private readonly box: SecretBox | null;
  /** Endpoints of which the log has it that their previous secret cannot be opened. */
  private readonly told = new Set<string>();

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

  /**
   * What changes on an endpoint that gets a new secret: the one before signs along for a day, sealed anew, so that the key that sealed it
   * is needed no longer. One that no key opens is forgotten.
   */
  rotated(endpoint: Pick<WebhookEndpointEntity, 'id' | 'secret'>, next: string) {
    const previous = this.tryOpen(endpoint.secret, endpoint.id);
    return {
      secret: this.seal(next, endpoint.id),
      previousSecret: previous === null ? null : this.seal(previous, endpoint.id),
      previousSecretUntil: previous === null ? null : new Date(this.clock.now() + PREVIOUS_SIGNS_MS),
    };
  }

  /** What changes on an endpoint whose secrets, those that may sign still, are sealed anew as they are; null when no key opens one. */
  resealed({ id, secret, previousSecret, previousSecretUntil }: SealedSecrets) {
    const current = this.tryOpen(secret, id);
    if (current === null) return null;
    const isOver = previousSecret === null || previousSecretUntil === null || !this.isToCome(previousSecretUntil);
    if (isOver) return { secret: this.seal(current, id), previousSecret: null, previousSecretUntil: null };
    const previous = this.tryOpen(previousSecret, id);
    return previous === null ? null : { secret: this.seal(current, id), previousSecret: this.seal(previous, id) };
  }

  /** Those that sign now, the newest first; a previous one that no key opens is left out. @throws SealBrokenError */
  of({ id, secret, previousSecret, previousSecretUntil }: SealedSecrets): string[] {
    const current = this.opened.open(secret, id);
    const isPreviousGood = previousSecretUntil !== null && this.isToCome(previousSecretUntil);
    if (previousSecret === null || !isPreviousGood) return [current];
    const previous = this.tryOpen(previousSecret, id);
    if (previous === null) this.warnOnce(id);
    return previous === null ? [current] : [current, previous];
  }

  private isToCome(instant: Date): boolean {
    return instant.getTime() > this.clock.now();
  }

  private tryOpen(sealed: string, endpointId: string): string | null {
    try {
      return this.opened.open(sealed, endpointId);
    } catch (error) {
      if (error instanceof SealBrokenError) return null;
      throw error;
    }
  }

  private warnOnce(endpointId: string): void {
    if (this.told.has(endpointId)) return;
    this.told.add(endpointId);
    this.logger.warn({ webhook_id: endpointId }, 'A webhook is signed without its previous secret: no key opens it');
  }

  private get opened(): SecretBox {
    if (!this.box) throw new WebhooksNotConfiguredError();
    return this.box;
  }
}
