import { isFields, type Fields, type Refuse } from './checks';

/**
 * System messages first, then the user; the answers to an assistant's calls stand right behind it, all of them, as they become
 * one message; and the model has the last word, so the assistant must not: vendors would go on with its text, or refuse it.
 */
export function checkOrder(messages: readonly Fields[], vendor: string, refuse: Refuse): void {
  let begun = false;
  let calls = { at: 0, open: new Set<unknown>() };
  const refuseOpen = () => {
    if (calls.open.size > 0)
      refuse(['messages', calls.at, 'tool_calls'], 'Every call must be answered right behind it');
  };
  for (const [index, message] of messages.entries()) {
    const { role } = message;
    if (role === 'system' || role === 'developer') {
      if (begun) refuse(['messages', index, 'role'], `${vendor} takes it only before all other messages`);
      continue;
    }
    if (!begun && role !== 'user') refuse(['messages', index, 'role'], 'The conversation must begin with the user');
    begun = true;
    if (role === 'tool') {
      if (calls.open.delete(message['tool_call_id'])) continue;
      refuse(['messages', index, 'tool_call_id'], 'Answers no call of the assistant right before it');
      continue;
    }
    refuseOpen();
    calls = { at: index, open: callIds(message) };
  }
  refuseOpen();
  if (!begun) refuse(['messages'], 'Must have a message of the user');
  if (messages.at(-1)?.['role'] === 'assistant') {
    refuse(['messages', messages.length - 1], `${vendor} takes no assistant message as the last one`);
  }
}

function callIds(message: Fields): Set<unknown> {
  const calls: readonly unknown[] = Array.isArray(message['tool_calls']) ? message['tool_calls'] : [];
  return new Set(calls.filter(isFields).map((call) => call['id']));
}
