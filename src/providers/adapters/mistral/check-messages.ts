import { isFields, refuseOthers, type Path, type Refuse } from '../../translation/checks';
import { MESSAGE_FIELDS } from './body-fields';

/** Checks the members of every message, and the parts of its content that OpenAI writes in another form. */
export function checkMessages(messages: unknown, refuse: Refuse): void {
  if (!Array.isArray(messages) || messages.length === 0) return refuse(['messages'], 'Must be a list, and not empty');
  messages.forEach((message: unknown, index) => checkMessage(message, ['messages', index], refuse));
}

function checkMessage(message: unknown, path: Path, refuse: Refuse): void {
  if (!isFields(message)) return refuse(path, 'Must be an object');
  const known = MESSAGE_FIELDS.get(message['role']);
  if (!known) return refuse([...path, 'role'], 'Must be system, user, assistant or tool');
  refuseOthers(message, known, path, refuse);
  const { content } = message;
  if (!Array.isArray(content)) return;
  content.forEach((part: unknown, index) => checkPart(part, [...path, 'content', index], refuse));
}

/**
 * The vendor's audio is `{type:"input_audio", input_audio: text}` and its file `{type:"file", file_id}`; a refusal it does not
 * have. Source: `models/components/{audiochunk,filechunk,contentchunk}.ts` of `@mistralai/mistralai` 2.7.0.
 */
function checkPart(part: unknown, path: Path, refuse: Refuse): void {
  if (!isFields(part)) return refuse(path, 'Must be an object');
  const { type, input_audio: audio } = part;
  if (type === 'refusal') refuse(path, 'The provider has no equal of this part');
  if (type === 'input_audio' && typeof audio !== 'string') refuse([...path, 'input_audio'], 'Must be a string');
  if (type === 'file') refuseOthers(part, ['type', 'file_id'], path, refuse);
}
