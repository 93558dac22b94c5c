import { IMAGE_TYPES } from '../adapters/anthropic/params';
import { TEXT_PARTS, type PartCheck, type PartChecks } from '../translation/check-content';
import { checkContent, isEmpty } from '../translation/check-content';
import {
  checkOptionalString,
  isFields,
  isGiven,
  refuseOthers,
  type Fields,
  type Path,
  type Refuse,
} from '../translation/checks';
import { isBase64 } from '../translation/data-uri';

const PDF = 'application/pdf';

const checkImage: PartCheck = (block, path, refuse) => {
  refuseOthers(block, ['type', 'source'], path, refuse);
  const [source, at] = [block['source'], [...path, 'source']];
  if (isFields(source) && source['type'] === 'url') {
    refuseOthers(source, ['type', 'url'], at, refuse);
    const { url } = source;
    if (typeof url !== 'string' || !/^https?:\/\/./i.test(url)) refuse([...at, 'url'], 'Must be an http(s) URL');
  } else checkBase64(source, IMAGE_TYPES, at, refuse);
};

const checkDocument: PartCheck = (block, path, refuse) => {
  refuseOthers(block, ['type', 'source', 'title'], path, refuse);
  checkOptionalString(block, 'title', path, refuse);
  checkBase64(block['source'], [PDF], [...path, 'source'], refuse);
};

/** Bytes that stand in the params; a `file_id` names a file of one vendor's account. */
function checkBase64(source: unknown, types: readonly string[], path: Path, refuse: Refuse): void {
  if (!isFields(source)) return refuse(path, 'Must be an object');
  if (source['type'] !== 'base64') return refuse([...path, 'type'], 'Must be base64');
  refuseOthers(source, ['type', 'media_type', 'data'], path, refuse);
  const { media_type: type, data } = source;
  if (!types.some((each) => each === type)) refuse([...path, 'media_type'], `Must be ${types.join(', ')}`);
  if (typeof data !== 'string' || !isBase64(data)) refuse([...path, 'data'], 'Must be base64');
}

const checkToolUse: PartCheck = (block, path, refuse) => {
  refuseOthers(withoutDirectCaller(block), ['type', 'id', 'name', 'input'], path, refuse);
  for (const key of ['id', 'name']) {
    const value = block[key];
    if (typeof value !== 'string' || value === '') refuse([...path, key], 'Must be a string that is not empty');
  }
  if (!isFields(block['input'])) refuse([...path, 'input'], 'Must be an object');
};

/** Answers say who called a tool, and are sent again as they came; only the model itself calls those of a caller's. */
function withoutDirectCaller({ caller, ...block }: Fields): Fields {
  return isFields(caller) && caller['type'] === 'direct' ? block : { ...block, caller };
}

const checkToolResult: PartCheck = (block, path, refuse) => {
  const { is_error: isError, ...others } = block;
  refuseOthers(others, ['type', 'tool_use_id', 'content'], path, refuse);
  if (isGiven(isError) && isError !== false) {
    refuse([...path, 'is_error'], 'A chat completion cannot mark an answer as an error');
  }
  if (typeof block['tool_use_id'] !== 'string') refuse([...path, 'tool_use_id'], 'Must be a string');
  if (isGiven(block['content'])) checkContent(block['content'], [...path, 'content'], TEXT_PARTS, refuse);
};

const USER_BLOCKS: PartChecks = new Map([
  ...TEXT_PARTS,
  ['image', checkImage],
  ['document', checkDocument],
  ['tool_result', checkToolResult],
]);
const ASSISTANT_BLOCKS: PartChecks = new Map([...TEXT_PARTS, ['tool_use', checkToolUse]]);

/** Checks one message by itself. */
export function checkTurn(turn: unknown, path: Path, refuse: Refuse): void {
  if (!isFields(turn)) return refuse(path, 'Must be an object');
  refuseOthers(turn, ['role', 'content'], path, refuse);
  const { role, content } = turn;
  if (role !== 'user' && role !== 'assistant') return refuse([...path, 'role'], 'Must be user or assistant');
  checkSaid(content, [...path, 'content'], role === 'user' ? USER_BLOCKS : ASSISTANT_BLOCKS, refuse);
}

/** Checks the instructions. */
export function checkSystem(system: unknown, refuse: Refuse): void {
  if (isGiven(system) && !(Array.isArray(system) && system.length === 0)) {
    checkSaid(system, ['system'], TEXT_PARTS, refuse);
  }
}

/** The vendor takes no text that is empty, and to leave one out would be to judge it. */
function checkSaid(content: unknown, path: Path, known: PartChecks, refuse: Refuse): void {
  checkContent(content, path, known, refuse);
  if (content === '' || (Array.isArray(content) && content.length === 0)) return refuse(path, 'Must not be empty');
  if (!Array.isArray(content)) return;
  content.forEach((block: unknown, index) => {
    if (isFields(block) && block['type'] === 'text' && isEmpty([block])) {
      refuse([...path, index, 'text'], 'Must not be empty');
    }
  });
}
