import { z } from 'zod';
import { OperatorError } from '../common/operator-error';
import { WebhookReseal } from '../webhooks/webhook-reseal';
import { WebhooksNotConfiguredError } from '../webhooks/webhooks.errors';
import { operatorCommand } from './operator-command';

const reseal = operatorCommand({
  input: z.object({}),
  service: WebhookReseal,
  run: async (secrets) => {
    const { resealed, unopened } = await secrets.run().catch((error: unknown) => {
      if (!(error instanceof WebhooksNotConfiguredError)) throw error;
      throw new OperatorError('SECRETS_KEY is not set: there is nothing to seal with');
    });
    const rows = unopened.map((webhook) => ({ webhook, problem: 'none of the keys opens its secret: rotate it' }));
    return [{ resealed, unopened: unopened.length }, ...rows];
  },
});

/** What an operator does with the secrets that are stored. */
export const SECRET_COMMANDS = { 'secrets.reseal': reseal };
