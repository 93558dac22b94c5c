import { isObject, type JsonObject } from '../kit/json';

/** Kinds of values, as far as the check of an upload looks. */
type Rule = (value: unknown) => string | null;

const must =
  (holds: (value: unknown) => boolean, message: string): Rule =>
  (value) =>
    holds(value) ? null : message;
const orNull =
  (rule: Rule): Rule =>
  (value) =>
    value === null ? null : rule(value);

const anything: Rule = () => null;
const text = must((value) => typeof value === 'string', 'Input should be a valid string');
const flag = must((value) => typeof value === 'boolean', 'Input should be a valid boolean');
const list = must(Array.isArray, 'Input should be a valid list');
const object = must(isObject, 'Input should be a valid dictionary');
const number = must((value) => typeof value === 'number', 'Input should be a valid number');
const whole = must(
  (value) => Number.isInteger(value) && Number(value) >= 0,
  'Input should be greater than or equal to 0',
);
const temperature: Rule = (value) =>
  number(value) ?? (Number(value) <= 1.5 ? null : 'Input should be less than or equal to 1.5');
const word = (...words: readonly string[]) =>
  must((value) => words.some((each) => each === value), `Input should be ${words.join(', ')}`);
const texts = must(
  (value) => typeof value === 'string' || (Array.isArray(value) && value.every((each) => typeof each === 'string')),
  'Input should be a valid string or list of strings',
);

/** Source: `models/components/chatcompletionrequest.ts` of `@mistralai/mistralai` 2.7.0; no other field is permitted. */
const CHAT: Readonly<Record<string, Rule>> = {
  model: text,
  temperature: orNull(temperature),
  top_p: orNull(number),
  max_tokens: orNull(whole),
  stream: flag,
  stop: orNull(texts),
  random_seed: orNull(whole),
  metadata: orNull(object),
  messages: anything,
  response_format: object,
  tools: orNull(list),
  tool_choice: must(
    (value) => isObject(value) || ['auto', 'none', 'any', 'required'].some((each) => each === value),
    "Input should be 'auto', 'none', 'any' or 'required'",
  ),
  presence_penalty: orNull(number),
  frequency_penalty: orNull(number),
  n: orNull(whole),
  prediction: object,
  parallel_tool_calls: flag,
  reasoning_effort: orNull(text),
  prompt_mode: orNull(text),
  guardrails: orNull(list),
  prompt_cache_key: orNull(text),
  service_tier: orNull(word('auto', 'standard_only')),
  safe_prompt: flag,
};

/** Source: `models/components/embeddingrequest.ts`. */
const EMBEDDINGS: Readonly<Record<string, Rule>> = {
  model: text,
  metadata: orNull(object),
  input: texts,
  output_dimension: orNull(whole),
  output_dtype: text,
  encoding_format: word('float', 'base64'),
};

const content = must((value) => typeof value === 'string' || Array.isArray(value), 'Input should be a valid string');

/** Source: `models/components/{systemmessage,usermessage,assistantmessage,toolmessage}.ts`. */
const MESSAGES: ReadonlyMap<unknown, Readonly<Record<string, Rule>>> = new Map<unknown, Readonly<Record<string, Rule>>>(
  [
    ['system', { role: text, content }],
    ['user', { role: text, content: orNull(content) }],
    ['assistant', { role: text, content: orNull(content), tool_calls: orNull(list), prefix: flag }],
    ['tool', { role: text, content: orNull(content), tool_call_id: orNull(text), name: orNull(text) }],
  ],
);

/**
 * What the check of an upload says against the body of a line; null when it takes it. The vendor's own check is known by a few
 * of its answers only: that it knows a body by its fields, and forbids others as the API itself does, is taken for granted.
 */
export function complaintOf(body: JsonObject): string | null {
  if ('input' in body) return fieldsComplaint(body, EMBEDDINGS, 'body');
  return fieldsComplaint(body, CHAT, 'body') ?? messagesComplaint(body['messages']) ?? toolsComplaint(body['tools']);
}

function fieldsComplaint(given: JsonObject, rules: Readonly<Record<string, Rule>>, at: string): string | null {
  for (const [key, value] of Object.entries(given)) {
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
    const wrong = rule ? rule(value) : 'Extra inputs are not permitted';
    if (wrong !== null) return `${at}.${key} ${wrong}`;
  }
  return null;
}

function messagesComplaint(messages: unknown): string | null {
  if (!Array.isArray(messages)) return 'body.messages Input should be a valid list';
  if (messages.length === 0) return 'body.messages List should have at least 1 item after validation';
  for (const [index, message] of messages.entries()) {
    const rules = isObject(message) ? MESSAGES.get(message['role']) : undefined;
    const at = `body.messages.${index}`;
    if (!rules) return `${at} Input tag does not match any of: 'system', 'user', 'assistant', 'tool'`;
    const wrong = fieldsComplaint(message as JsonObject, rules, at);
    if (wrong !== null) return wrong;
  }
  return null;
}

function toolsComplaint(tools: unknown): string | null {
  if (!Array.isArray(tools)) return null;
  for (const [index, tool] of tools.entries()) {
    const called: unknown = isObject(tool) && tool['type'] === 'function' ? tool['function'] : { parameters: {} };
    if (!isObject(called) || !isObject(called['parameters'])) {
      return `body.tools.${index}.function.parameters Field required`;
    }
  }
  return null;
}
