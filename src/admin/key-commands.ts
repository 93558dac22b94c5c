import { z } from 'zod';
import { ApiKeysService } from '../auth/api-keys.service';
import type { ApiKeyStatus } from '../auth/api-key.entity';
import { SCOPES } from '../auth/owner';
import { operatorCommand } from './operator-command';

const createOwner = operatorCommand({
  input: z.object({ owner: z.string().min(1), batchLimit: z.number().int().positive().optional() }),
  service: ApiKeysService,
  run: async (keys, { owner: name, batchLimit }) => {
    const owner = await keys.createOwner(name, batchLimit);
    return [{ owner: owner.name, id: owner.id, batch_limit: owner.batchLimit }];
  },
});

const createKey = operatorCommand({
  input: z.object({
    owner: z.string().min(1),
    scopes: z.array(z.enum(SCOPES)).min(1).optional(),
    expiresAt: z
      .union([z.iso.date(), z.iso.datetime({ offset: true })], { error: 'must be an ISO 8601 date' })
      .transform((text) => new Date(text))
      .optional(),
  }),
  service: ApiKeysService,
  run: async (keys, { owner, scopes, expiresAt }) => {
    const { key, entity } = await keys.createKey({ owner, ...(scopes && { scopes }), ...(expiresAt && { expiresAt }) });
    return [{ id: entity.id, owner, key, scopes: entity.scopes, expires_at: entity.expiresAt }];
  },
});

const listKeys = operatorCommand({
  input: z.object({}),
  service: ApiKeysService,
  run: async (keys) =>
    (await keys.listKeys()).map(({ key, owner }) => ({
      id: key.id,
      owner: owner.name ?? owner.id,
      prefix: `${key.visiblePrefix}…`,
      status: key.status,
      scopes: key.scopes,
      expires_at: key.expiresAt,
      last_used_at: key.lastUsedAt,
    })),
});

const setStatus = (status: ApiKeyStatus) =>
  operatorCommand({
    input: z.object({ id: z.string() }),
    service: ApiKeysService,
    run: async (keys, { id }) => {
      await keys.setStatus(id, status);
      return [{ id, status }];
    },
  });

/** What an operator does with owners and keys. */
export const KEY_COMMANDS = {
  'owners.create': createOwner,
  'keys.create': createKey,
  'keys.list': listKeys,
  'keys.suspend': setStatus('suspended'),
  'keys.activate': setStatus('active'),
  'keys.revoke': setStatus('revoked'),
};
