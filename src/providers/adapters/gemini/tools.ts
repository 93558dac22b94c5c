import type { ModelTraits } from '../../contract/adapter';
import type { FunctionTool, ToolFields } from '../../translation/chat';
import { checkTools as checkToolFields } from '../../translation/check-tools';
import { type Fields, type Refuse } from '../../translation/checks';
import { JsonText, rawAt, rawElements } from '../../translation/raw-json';
import type { CallingConfig, Declaration, GenerateRequest } from './request';

/** Source: the vendor's description of `FunctionDeclaration.name`. */
export const FUNCTION_NAME = {
  pattern: /^[A-Za-z_][A-Za-z0-9_.:-]{0,127}$/,
  must: 'Must begin with a letter or an underscore, and have at most 128 letters, digits, underscores, dots, colons and dashes',
};
const MODES: ReadonlyMap<unknown, CallingConfig['mode']> = new Map([
  ['auto', 'AUTO'],
  ['required', 'ANY'],
  ['none', 'NONE'],
]);

/** Checks `tools`, `tool_choice` and `parallel_tool_calls`. */
export function checkTools(body: Fields, traits: ModelTraits, refuse: Refuse): void {
  checkToolFields(body, traits, refuse, FUNCTION_NAME);
  if (body['parallel_tool_calls'] === false) {
    refuse(['parallel_tool_calls'], 'Gemini cannot be kept from calling several functions at once');
  }
}

/** The fields about tools; none where there are no tools. `json` is the whole body, for the bytes of the schemas. */
export function toToolFields(body: ToolFields, json: Buffer): Pick<GenerateRequest, 'tools' | 'toolConfig'> {
  if (!body.tools || body.tools.length === 0) return {};
  const raw = rawElements(rawAt(json, 'tools') ?? Buffer.alloc(0));
  const functionDeclarations = body.tools.map((tool, index) => toDeclaration(tool, raw[index]));
  const config = toConfig(body, body.tools);
  return { tools: [{ functionDeclarations }], ...(config && { toolConfig: { functionCallingConfig: config } }) };
}

/** A function without parameters is declared without a schema. */
function toDeclaration({ function: own }: FunctionTool, json: Buffer | undefined): Declaration {
  const schema = own.parameters && json ? rawAt(json, 'function', 'parameters') : null;
  return {
    name: own.name,
    ...(own.description != null && { description: own.description }),
    ...(schema && { parametersJsonSchema: JsonText.from(schema) }),
  };
}

/**
 * How functions are called. The vendor keeps to the schemas when it must call one, and else only when told so for all of
 * them, which is more than a caller asks who wants it of some.
 */
function toConfig({ tool_choice: choice }: ToolFields, tools: readonly FunctionTool[]): CallingConfig | null {
  if (choice != null && typeof choice === 'object') {
    return { mode: 'ANY', allowedFunctionNames: [choice.function.name] };
  }
  const mode = MODES.get(choice) ?? null;
  const isStrict = tools.some(({ function: { strict } }) => strict === true);
  if (isStrict && (mode === null || mode === 'AUTO')) return { mode: 'VALIDATED' };
  return mode && { mode };
}
