import { z } from 'zod';
import type { ApiKeysService } from '../auth/api-keys.service';
import { SCOPES } from '../auth/owner';

const setStatus = { id: z.string() };

/** What an operator can ask for, as it travels to the running process. */
export const operatorCommand = z.discriminatedUnion('name', [
  z.object({
    name: z.literal('owners.create'),
    owner: z.string().min(1),
    batchLimit: z.number().int().positive().optional(),
  }),
  z.object({
    name: z.literal('keys.create'),
    owner: z.string().min(1),
    scopes: z.array(z.enum(SCOPES)).min(1).optional(),
    expiresAt: z
      .union([z.iso.date(), z.iso.datetime({ offset: true })], { error: 'must be an ISO 8601 date' })
      .transform((text) => new Date(text))
      .optional(),
  }),
  z.object({ name: z.literal('keys.list') }),
  z.object({ name: z.literal('keys.suspend'), ...setStatus }),
  z.object({ name: z.literal('keys.activate'), ...setStatus }),
  z.object({ name: z.literal('keys.revoke'), ...setStatus }),
]);
export type OperatorCommand = z.infer<typeof operatorCommand>;
/** A command as it is typed and as it travels. */
export type OperatorCommandInput = z.input<typeof operatorCommand>;

const STATUS_OF = { 'keys.suspend': 'suspended', 'keys.activate': 'active', 'keys.revoke': 'revoked' } as const;

/** Carries out a command; resolves to rows to show. Throws {@link OperatorError} with a sentence for the operator. */
export async function runOperatorCommand(
  keys: ApiKeysService,
  command: OperatorCommand,
): Promise<Record<string, unknown>[]> {
  switch (command.name) {
    case 'owners.create': {
      const owner = await keys.createOwner(command.owner, command.batchLimit);
      return [{ owner: owner.name, id: owner.id, batch_limit: owner.batchLimit }];
    }
    case 'keys.create': {
      const { owner, scopes, expiresAt } = command;
      const { key, entity } = await keys.createKey({
        owner,
        ...(scopes && { scopes }),
        ...(expiresAt && { expiresAt }),
      });
      return [{ id: entity.id, owner, key, scopes: entity.scopes, expires_at: entity.expiresAt }];
    }
    case 'keys.list':
      return (await keys.listKeys()).map(({ key, owner }) => ({
        id: key.id,
        owner: owner.name ?? owner.id,
        prefix: `${key.visiblePrefix}…`,
        status: key.status,
        scopes: key.scopes,
        expires_at: key.expiresAt,
        last_used_at: key.lastUsedAt,
      }));
    case 'keys.suspend':
    case 'keys.activate':
    case 'keys.revoke':
      await keys.setStatus(command.id, STATUS_OF[command.name]);
      return [{ id: command.id, status: STATUS_OF[command.name] }];
  }
}
