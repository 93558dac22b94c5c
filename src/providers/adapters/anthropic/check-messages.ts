import type { ModelTraits } from '../../contract/adapter';
import { isFields, isGiven, refuseOthers, type Fields, type Path, type Refuse } from '../../translation/checks';
import { checkTextContent, checkUserContent, isEmpty } from './content';

const CALL_ID = /^[a-zA-Z0-9_-]+$/;

/** Checks every message by itself, and then how they follow each other. */
export function checkMessages(messages: unknown, traits: ModelTraits, refuse: Refuse): void {
  if (!Array.isArray(messages)) return refuse(['messages'], 'Must be a list');
  messages.forEach((message: unknown, index) => {
    const path = ['messages', index];
    if (isFields(message)) checkMessage(message, path, traits, refuse);
    else refuse(path, 'Must be an object');
  });
  if (messages.every(isFields)) checkOrder(messages, refuse);
}

function checkMessage(message: Fields, path: Path, traits: ModelTraits, refuse: Refuse): void {
  switch (message['role']) {
    case 'system':
    case 'developer':
      refuseOthers(message, ['role', 'content'], path, refuse);
      return checkTextContent(message['content'], [...path, 'content'], refuse);
    case 'user':
      refuseOthers(message, ['role', 'content'], path, refuse);
      checkUserContent(message['content'], [...path, 'content'], traits, refuse);
      // Without the message the conversation would be another one.
      if (isEmpty(message['content'])) refuse([...path, 'content'], 'Must not be empty');
      return;
    case 'assistant':
      return checkAssistant(message, path, refuse);
    case 'tool':
      refuseOthers(message, ['role', 'content', 'tool_call_id'], path, refuse);
      return checkTextContent(message['content'], [...path, 'content'], refuse);
    default:
      return refuse([...path, 'role'], 'Must be system, developer, user, assistant or tool');
  }
}

function checkAssistant(message: Fields, path: Path, refuse: Refuse): void {
  refuseOthers(message, ['role', 'content', 'tool_calls'], path, refuse);
  const { content, tool_calls: calls } = message;
  if (isGiven(content)) checkTextContent(content, [...path, 'content'], refuse);
  if (isGiven(calls) && !Array.isArray(calls)) return refuse([...path, 'tool_calls'], 'Must be a list');
  const list: readonly unknown[] = Array.isArray(calls) ? calls : [];
  list.forEach((call, index) => checkCall(call, [...path, 'tool_calls', index], refuse));
  if (isEmpty(content) && list.length === 0) refuse([...path, 'content'], 'Must not be empty without tool calls');
}

function checkCall(call: unknown, path: Path, refuse: Refuse): void {
  if (!isFields(call)) return refuse(path, 'Must be an object');
  refuseOthers(call, ['id', 'type', 'function'], path, refuse);
  if (typeof call['id'] !== 'string' || !CALL_ID.test(call['id'])) {
    refuse([...path, 'id'], 'Must be of letters, digits, underscores and hyphens');
  }
  if (call['type'] !== 'function') return refuse([...path, 'type'], 'Must be function');
  const [called, at] = [call['function'], [...path, 'function']];
  if (!isFields(called)) return refuse(at, 'Must be an object');
  refuseOthers(called, ['name', 'arguments'], at, refuse);
  if (typeof called['name'] !== 'string') refuse([...at, 'name'], 'Must be a string');
  if (!isObjectJson(called['arguments'])) refuse([...at, 'arguments'], 'Must be a JSON object, as a string');
}

function isObjectJson(text: unknown): boolean {
  if (typeof text !== 'string') return false;
  try {
    return isFields(JSON.parse(text));
  } catch {
    return false;
  }
}

/**
 * System messages first, then the user; the answers to an assistant's calls stand right behind it, all of them, as they become
 * one message; and the model has the last word, so the assistant must not: the vendor would go on with its text.
 */
function checkOrder(messages: readonly Fields[], refuse: Refuse): void {
  let begun = false;
  let calls = { at: 0, open: new Set<unknown>() };
  const refuseOpen = () => {
    if (calls.open.size > 0)
      refuse(['messages', calls.at, 'tool_calls'], 'Every call must be answered right behind it');
  };
  for (const [index, message] of messages.entries()) {
    const { role } = message;
    if (role === 'system' || role === 'developer') {
      if (begun) refuse(['messages', index, 'role'], 'Anthropic takes it only before all other messages');
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
    refuse(['messages', messages.length - 1], 'Anthropic takes no assistant message as the last one');
  }
}

function callIds(message: Fields): Set<unknown> {
  const calls: readonly unknown[] = Array.isArray(message['tool_calls']) ? message['tool_calls'] : [];
  return new Set(calls.filter(isFields).map((call) => call['id']));
}
