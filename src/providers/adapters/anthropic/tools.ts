import type { ModelTraits } from '../../contract/adapter';
import {
  checkOptionalString,
  isFields,
  isGiven,
  refuseOthers,
  type Fields,
  type Path,
  type Refuse,
} from '../../translation/checks';
import type { Tool, ToolChoice } from './params';
import { JsonText, rawAt, rawElements } from '../../translation/raw-json';

const NO_PARAMETERS = JsonText.of('{"type":"object","properties":{}}');
const CHOICES: ReadonlyMap<unknown, 'auto' | 'any' | 'none'> = new Map([
  ['auto', 'auto'],
  ['required', 'any'],
  ['none', 'none'],
] as const);

/** Checks `tools`, `tool_choice` and `parallel_tool_calls`. */
export function checkTools(body: Fields, traits: ModelTraits, refuse: Refuse): void {
  const { tools, tool_choice: choice, parallel_tool_calls: parallel } = body;
  if (isGiven(tools) && !Array.isArray(tools)) refuse(['tools'], 'Must be a list');
  const list: readonly unknown[] = Array.isArray(tools) ? tools : [];
  if (list.length > 0 && traits.tools === false) refuse(['tools'], 'The model takes no tools');
  list.forEach((tool, index) => checkTool(tool, ['tools', index], refuse));
  if (isGiven(parallel) && typeof parallel !== 'boolean') refuse(['parallel_tool_calls'], 'Must be true or false');
  if (isGiven(choice)) checkChoice(choice, list.length > 0, refuse);
}

function checkTool(tool: unknown, path: Path, refuse: Refuse): void {
  if (!isFields(tool)) return refuse(path, 'Must be an object');
  if (tool['type'] !== 'function') return refuse([...path, 'type'], 'Must be function');
  refuseOthers(tool, ['type', 'function'], path, refuse);
  const [own, at] = [tool['function'], [...path, 'function']];
  if (!isFields(own)) return refuse(at, 'Must be an object');
  refuseOthers(own, ['name', 'description', 'parameters', 'strict'], at, refuse);
  if (typeof own['name'] !== 'string') refuse([...at, 'name'], 'Must be a string');
  checkOptionalString(own, 'description', at, refuse);
  if (isGiven(own['parameters']) && !isFields(own['parameters'])) refuse([...at, 'parameters'], 'Must be an object');
  if (isGiven(own['strict']) && typeof own['strict'] !== 'boolean') refuse([...at, 'strict'], 'Must be true or false');
}

function checkChoice(choice: unknown, hasTools: boolean, refuse: Refuse): void {
  const path = ['tool_choice'];
  if (!isFields(choice)) {
    if (!CHOICES.has(choice)) refuse(path, 'Must be auto, required, none or a function');
    else if (choice === 'required' && !hasTools) refuse(path, 'There are no tools to choose from');
    return;
  }
  if (choice['type'] !== 'function') return refuse([...path, 'type'], 'Must be function');
  refuseOthers(choice, ['type', 'function'], path, refuse);
  const [named, at] = [choice['function'], [...path, 'function']];
  if (!isFields(named)) return refuse(at, 'Must be an object');
  refuseOthers(named, ['name'], at, refuse);
  if (typeof named['name'] !== 'string') refuse([...at, 'name'], 'Must be a string');
  else if (!hasTools) refuse(path, 'There are no tools to choose from');
}

/** A tool, once it is checked. */
interface FunctionTool {
  readonly function: {
    readonly name: string;
    readonly description?: string | null;
    readonly parameters?: object | null;
    readonly strict?: boolean | null;
  };
}

/** The fields of a body that are about tools, once they are checked. */
export interface ToolFields {
  readonly tools?: readonly FunctionTool[] | null;
  readonly tool_choice?: string | { readonly function: { readonly name: string } } | null;
  readonly parallel_tool_calls?: boolean | null;
}

/** The parameters about tools; none where there are no tools. `json` is the whole body, for the bytes of the schemas. */
export function toToolParams(body: ToolFields, json: Buffer): { tools?: Tool[]; tool_choice?: ToolChoice } {
  if (!body.tools || body.tools.length === 0) return {};
  const raw = rawElements(rawAt(json, 'tools') ?? Buffer.alloc(0));
  const tools = body.tools.map((tool, index) => toTool(tool, raw[index]));
  const choice = toChoice(body);
  return choice ? { tools, tool_choice: choice } : { tools };
}

function toTool({ function: own }: FunctionTool, json: Buffer | undefined): Tool {
  const schema = own.parameters && json ? rawAt(json, 'function', 'parameters') : null;
  return {
    name: own.name,
    ...(own.description != null && { description: own.description }),
    input_schema: schema ? JsonText.from(schema) : NO_PARAMETERS,
    ...(own.strict != null && { strict: own.strict }),
  };
}

/** The vendor has one place for both, and takes the second only beside a choice. */
function toChoice({ tool_choice: choice, parallel_tool_calls: parallel }: ToolFields): ToolChoice | null {
  const alone = parallel === false ? { disable_parallel_tool_use: true as const } : {};
  if (choice != null && typeof choice === 'object') return { type: 'tool', name: choice.function.name, ...alone };
  const type = CHOICES.get(choice) ?? (parallel === false ? 'auto' : null);
  if (type === null) return null;
  return type === 'none' ? { type } : { type, ...alone };
}
