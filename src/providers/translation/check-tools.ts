import type { ModelTraits } from '../contract/adapter';
import { checkForm, type TextForm } from './check-messages';
import { checkOptionalString, isFields, isGiven, refuseOthers, type Fields, type Path, type Refuse } from './checks';

/** Choices that are a word. */
const CHOICES: readonly unknown[] = ['auto', 'required', 'none'];

/** Checks `tools`, `tool_choice` and `parallel_tool_calls`. `name` is the form of a function's name, if not any. */
export function checkTools(body: Fields, traits: ModelTraits, refuse: Refuse, name?: TextForm): void {
  const { tools, tool_choice: choice, parallel_tool_calls: parallel } = body;
  if (isGiven(tools) && !Array.isArray(tools)) refuse(['tools'], 'Must be a list');
  const list: readonly unknown[] = Array.isArray(tools) ? tools : [];
  if (list.length > 0 && traits.tools === false) refuse(['tools'], 'The model takes no tools');
  list.forEach((tool, index) => checkTool(tool, ['tools', index], name, refuse));
  if (isGiven(parallel) && typeof parallel !== 'boolean') refuse(['parallel_tool_calls'], 'Must be true or false');
  if (isGiven(choice)) checkChoice(choice, list.map(nameOf), refuse);
}

function checkTool(tool: unknown, path: Path, name: TextForm | undefined, refuse: Refuse): void {
  if (!isFields(tool)) return refuse(path, 'Must be an object');
  if (tool['type'] !== 'function') return refuse([...path, 'type'], 'Must be function');
  refuseOthers(tool, ['type', 'function'], path, refuse);
  const [own, at] = [tool['function'], [...path, 'function']];
  if (!isFields(own)) return refuse(at, 'Must be an object');
  refuseOthers(own, ['name', 'description', 'parameters', 'strict'], at, refuse);
  checkForm(own['name'], name, [...at, 'name'], refuse);
  checkOptionalString(own, 'description', at, refuse);
  if (isGiven(own['parameters']) && !isFields(own['parameters'])) refuse([...at, 'parameters'], 'Must be an object');
  if (isGiven(own['strict']) && typeof own['strict'] !== 'boolean') refuse([...at, 'strict'], 'Must be true or false');
}

function nameOf(tool: unknown): unknown {
  return isFields(tool) && isFields(tool['function']) ? tool['function']['name'] : undefined;
}

/** `names` are those of the tools. */
function checkChoice(choice: unknown, names: readonly unknown[], refuse: Refuse): void {
  const path = ['tool_choice'];
  if (!isFields(choice)) {
    if (!CHOICES.includes(choice)) refuse(path, 'Must be auto, required, none or a function');
    else if (choice === 'required' && names.length === 0) refuse(path, 'There are no tools to choose from');
    return;
  }
  if (choice['type'] !== 'function') return refuse([...path, 'type'], 'Must be function');
  refuseOthers(choice, ['type', 'function'], path, refuse);
  const [named, at] = [choice['function'], [...path, 'function']];
  if (!isFields(named)) return refuse(at, 'Must be an object');
  refuseOthers(named, ['name'], at, refuse);
  if (typeof named['name'] !== 'string') refuse([...at, 'name'], 'Must be a string');
  else if (names.length === 0) refuse(path, 'There are no tools to choose from');
  else if (!names.includes(named['name'])) refuse([...at, 'name'], 'There is no tool of this name');
}
