import { checkContent, isEmpty, refuseBlank, refuseImages, TEXT_PARTS, type PartChecks } from './check-content';
import { checkOrder } from './check-order';
import { isFields, isGiven, refuseOthers, type Fields, type Path, type Refuse } from './checks';

/** A form of text, and what it must be, in words. */
export interface TextForm {
  readonly pattern: RegExp;
  readonly must: string;
}

/** What a vendor takes in the messages of a chat. */
export interface MessageRules {
  /** Its name, in refusals. */
  readonly vendor: string;
  /** The parts that a user's content may have; that of every other role is text. */
  readonly userParts: PartChecks;
  readonly takesImages: boolean;
  /** Whether a text may be white space alone. */
  readonly takesBlank: boolean;
  readonly callId: TextForm;
  /** Of a function's name; any string is taken when left out. */
  readonly callName?: TextForm;
  /** Checks `extra_content` of an assistant message or of a call in it; it is refused when left out. */
  readonly checkExtra?: (owner: Fields, path: Path, refuse: Refuse) => void;
}

/** Checks every message by itself, and then how they follow each other. */
export function checkMessages(messages: unknown, rules: MessageRules, refuse: Refuse): void {
  if (!Array.isArray(messages)) return refuse(['messages'], 'Must be a list');
  messages.forEach((message: unknown, index) => {
    const path = ['messages', index];
    if (isFields(message)) checkMessage(message, path, rules, refuse);
    else refuse(path, 'Must be an object');
  });
  if (messages.every(isFields)) checkOrder(messages, rules.vendor, refuse);
}

function checkMessage(message: Fields, path: Path, rules: MessageRules, refuse: Refuse): void {
  if (!rules.takesBlank) refuseBlank(message['content'], [...path, 'content'], refuse);
  const at = [...path, 'content'];
  switch (message['role']) {
    case 'system':
    case 'developer':
      refuseOthers(message, ['role', 'content'], path, refuse);
      return checkContent(message['content'], at, TEXT_PARTS, refuse);
    case 'user':
      refuseOthers(message, ['role', 'content'], path, refuse);
      checkContent(message['content'], at, rules.userParts, refuse);
      if (!rules.takesImages) refuseImages(message['content'], at, refuse);
      // Without the message the conversation would be another one.
      if (isEmpty(message['content'])) refuse(at, 'Must not be empty');
      return;
    case 'assistant':
      return checkAssistant(message, path, rules, refuse);
    case 'tool':
      refuseOthers(message, ['role', 'content', 'tool_call_id'], path, refuse);
      return checkContent(message['content'], at, TEXT_PARTS, refuse);
    default:
      return refuse([...path, 'role'], 'Must be system, developer, user, assistant or tool');
  }
}

function checkAssistant(message: Fields, path: Path, rules: MessageRules, refuse: Refuse): void {
  refuseOthers(message, ['role', 'content', 'tool_calls', ...extraOf(rules)], path, refuse);
  rules.checkExtra?.(message, path, refuse);
  const { content, tool_calls: calls } = message;
  if (isGiven(content)) checkContent(content, [...path, 'content'], TEXT_PARTS, refuse);
  if (isGiven(calls) && !Array.isArray(calls)) return refuse([...path, 'tool_calls'], 'Must be a list');
  const list: readonly unknown[] = Array.isArray(calls) ? calls : [];
  list.forEach((call, index) => checkCall(call, [...path, 'tool_calls', index], rules, refuse));
  const ids = list.map((call) => (isFields(call) ? call['id'] : undefined));
  ids.forEach((id, index) => {
    if (isGiven(id) && ids.indexOf(id) < index)
      refuse([...path, 'tool_calls', index, 'id'], 'An earlier call has this id');
  });
  if (isEmpty(content) && list.length === 0) refuse([...path, 'content'], 'Must not be empty without tool calls');
}

function checkCall(call: unknown, path: Path, rules: MessageRules, refuse: Refuse): void {
  if (!isFields(call)) return refuse(path, 'Must be an object');
  refuseOthers(call, ['id', 'type', 'function', ...extraOf(rules)], path, refuse);
  rules.checkExtra?.(call, path, refuse);
  checkForm(call['id'], rules.callId, [...path, 'id'], refuse);
  if (call['type'] !== 'function') return refuse([...path, 'type'], 'Must be function');
  const [called, at] = [call['function'], [...path, 'function']];
  if (!isFields(called)) return refuse(at, 'Must be an object');
  refuseOthers(called, ['name', 'arguments'], at, refuse);
  checkForm(called['name'], rules.callName, [...at, 'name'], refuse);
  if (!isObjectJson(called['arguments'])) refuse([...at, 'arguments'], 'Must be a JSON object, as a string');
}

function extraOf({ checkExtra }: MessageRules): string[] {
  return checkExtra ? ['extra_content'] : [];
}

/** Refuses what is no string of the form; any string is taken where there is none. */
export function checkForm(text: unknown, form: TextForm | undefined, path: Path, refuse: Refuse): void {
  if (typeof text === 'string' && (form?.pattern.test(text) ?? true)) return;
  refuse(path, form?.must ?? 'Must be a string');
}

function isObjectJson(text: unknown): boolean {
  if (typeof text !== 'string') return false;
  try {
    return isFields(JSON.parse(text));
  } catch {
    return false;
  }
}
