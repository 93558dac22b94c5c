import type { FunctionTool, ToolFields } from '../../translation/chat';
import { JsonText, rawAt, rawElements } from '../../translation/raw-json';
import type { Tool, ToolChoice } from './params';

const NO_PARAMETERS = JsonText.of('{"type":"object","properties":{}}');
const CHOICES: ReadonlyMap<unknown, 'auto' | 'any' | 'none'> = new Map([
  ['auto', 'auto'],
  ['required', 'any'],
  ['none', 'none'],
] as const);

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
