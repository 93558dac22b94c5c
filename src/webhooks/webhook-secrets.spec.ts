import { Logger } from '@nestjs/common';
import { MovableClock } from '../../test/support/execution/movable-clock';
import { SystemRandom } from '../common/random';
import { newSecretsKey, SealBrokenError } from '../common/secret-box';
import type { WebhookEndpointEntity } from './webhook-endpoint.entity';
import { WebhookSecrets } from './webhook-secrets';

const DAY_MS = 24 * 3_600_000;
const random = new SystemRandom();
const [OLD, NEW] = [newSecretsKey(random), newSecretsKey(random)];

describe('WebhookSecrets', () => {
  const clock = new MovableClock();
  const under = (...secretsKeys: string[]) => new WebhookSecrets({ secretsKeys }, random, clock);
  let warned: jest.SpyInstance;

  beforeEach(() => {
    warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
  });
  afterEach(() => warned.mockRestore());

  /** An endpoint whose secret was sealed under the old key. */
  function endpoint(): WebhookEndpointEntity {
    const secret = under(OLD).seal('whsec_first', 'whk_1');
    return { id: 'whk_1', secret, previousSecret: null, previousSecretUntil: null } as WebhookEndpointEntity;
  }
  const rotate = (secrets: WebhookSecrets, before = endpoint()) => ({
    ...before,
    ...secrets.rotated(before, 'whsec_second'),
  });

  it('has the one before sign along for a day', () => {
    const rotated = rotate(under(OLD));
    expect(under(OLD).of(rotated)).toEqual(['whsec_second', 'whsec_first']);
    clock.forward(DAY_MS);
    expect(under(OLD).of(rotated)).toEqual(['whsec_second']);
  });

  it('needs the old key no longer once the secret was rotated under a new one', () => {
    expect(under(NEW).of(rotate(under(NEW, OLD)))).toEqual(['whsec_second', 'whsec_first']);
  });

  it('signs with the new secret alone when the one before was sealed under a key that is lost', () => {
    const rotated = rotate(under(NEW));
    expect(rotated).toMatchObject({ previousSecret: null, previousSecretUntil: null });
    expect(under(NEW).of(rotated)).toEqual(['whsec_second']);
  });

  it('leaves out a previous secret that no key opens, and says so once', () => {
    const secrets = under(NEW);
    const rotated = rotate(under(NEW, OLD));
    const previousSecret = endpoint().secret;
    for (let time = 0; time < 2; time++) expect(secrets.of({ ...rotated, previousSecret })).toEqual(['whsec_second']);
    expect(warned).toHaveBeenCalledTimes(1);
    expect(warned).toHaveBeenCalledWith({ webhook_id: 'whk_1' }, expect.stringContaining('previous secret'));
  });

  it('signs with nothing when the current secret cannot be opened', () => {
    expect(() => under(NEW).of(endpoint())).toThrow(SealBrokenError);
  });

  describe('sealed anew', () => {
    const resealed = (secrets: WebhookSecrets, before: WebhookEndpointEntity) => {
      const patch = secrets.resealed(before);
      return patch && { ...before, ...patch };
    };

    it('are the same, both of them, and need the old key no longer', () => {
      const before = rotate(under(OLD));
      const after = resealed(under(NEW, OLD), before);
      expect(under(NEW).of(after!)).toEqual(['whsec_second', 'whsec_first']);
      expect(after!.previousSecretUntil).toEqual(before.previousSecretUntil);
    });

    it('leave out the one before once it signs no longer', () => {
      const before = rotate(under(OLD));
      clock.forward(DAY_MS);
      expect(under(NEW, OLD).resealed(before)).toMatchObject({ previousSecret: null, previousSecretUntil: null });
    });

    it('stay as they are when no key opens one that signs', () => {
      expect(under(NEW).resealed(endpoint())).toBeNull();
      const half = { ...rotate(under(NEW, OLD)), previousSecret: endpoint().secret };
      expect(under(NEW).resealed(half)).toBeNull();
    });
  });
});
