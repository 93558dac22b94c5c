import type { StoredItem, UnsupportedField } from '../../contract/adapter';
import { isFields } from '../../translation/checks';

/** As the vendor lists them when it refuses another. */
const ROLES: readonly unknown[] = ['system', 'user', 'assistant', 'tool'];

/**
 * Roles that the vendor does not know. They are looked at before anything is sent because one of them fails a whole job; every
 * other field passes, and the vendor judges it.
 */
export function checkChat({ body }: StoredItem): readonly UnsupportedField[] {
  const { messages } = Object(JSON.parse(body.toString('utf8'))) as { messages?: unknown };
  if (!Array.isArray(messages)) return [];
  return messages.flatMap((message: unknown, index): UnsupportedField[] => {
    if (!isFields(message) || ROLES.includes(message['role'])) return [];
    const text = 'The provider takes messages of the roles system, user, assistant and tool alone';
    return [{ path: ['messages', index, 'role'], message: text }];
  });
}
