import { isObject, type JsonObject } from '../kit/json';
import { asList, asObject } from './unpack';
import { contentsRefusal } from './validate-contents';

const NAME = /^[A-Za-z_][A-Za-z0-9_.:-]{0,127}$/;

/** What the model says to a request that it cannot run, in a batch only when its turn comes; null when it runs. */
export function requestRefusal(request: JsonObject, isEmbedding: boolean): string | null {
  if (isEmbedding) return embeddingRefusal(request);
  const instruction = request['systemInstruction'];
  if (isObject(instruction) && !hasTexts(instruction)) return 'system_instruction: must have a text parameter';
  return (
    contentsRefusal(request['contents']) ??
    toolsRefusal(request) ??
    configRefusal(asObject(request['generationConfig']))
  );
}

function embeddingRefusal({ content, outputDimensionality: size }: JsonObject): string | null {
  if (!isObject(content) || !hasTexts(content)) return 'content: must have a text parameter';
  return size === undefined || Number(size) >= 1 ? null : 'output_dimensionality: out of range';
}

function toolsRefusal({ tools, toolConfig }: JsonObject): string | null {
  const names = (asList(tools).flatMap((tool) => asList(asObject(tool)['functionDeclarations'])) as JsonObject[]).map(
    ({ name }) => String(name),
  );
  if (names.some((name) => !NAME.test(name))) return 'Invalid function name.';
  if (new Set(names).size < names.length) return 'Duplicate function declaration found.';
  if (asList(tools).some((tool) => asList(asObject(tool)['functionDeclarations']).length === 0))
    return 'tools: empty tool';
  if (toolConfig === undefined) return null;
  if (names.length === 0) return 'Function calling config is set without function_declarations.';
  const { mode, allowedFunctionNames: allowed } = asObject(asObject(toolConfig)['functionCallingConfig']);
  if (allowed === undefined) return null;
  if (mode !== 'ANY' && mode !== 'VALIDATED') return 'allowed_function_names can only be set when mode is ANY.';
  return asList(allowed).every((name) => names.includes(String(name)))
    ? null
    : 'allowed_function_names: unknown function';
}

function configRefusal(config: JsonObject): string | null {
  const { stopSequences: stop, responseJsonSchema: schema, responseMimeType: mime, thinkingConfig: thinking } = config;
  const ranges: readonly [string, number, number][] = [
    ['temperature', 0, 2],
    ['topP', 0, 1],
    ['presencePenalty', -2, 2],
    ['frequencyPenalty', -2, 2],
    ['maxOutputTokens', 1, Infinity],
    ['candidateCount', 1, 8],
    ['logprobs', 0, 20],
  ];
  for (const [key, least, most] of ranges) {
    const value = config[key];
    if (value !== undefined && !(Number(value) >= least && Number(value) <= most)) return `${key}: out of range`;
  }
  if (asList(stop).length > 5) return 'stop_sequences: at most 5';
  if (asList(stop).includes('')) return 'stop_sequences: must not be empty';
  if (schema !== undefined && mime !== 'application/json') return 'response_mime_type must be application/json.';
  if (config['logprobs'] !== undefined && config['responseLogprobs'] !== true)
    return 'logprobs: needs response_logprobs';
  const { thinkingLevel, thinkingBudget } = asObject(thinking);
  return thinkingLevel !== undefined && thinkingBudget !== undefined
    ? 'You can only set only one of thinking budget and thinking level.'
    : null;
}

function hasTexts({ parts }: JsonObject): boolean {
  const texts = asList(parts).map((part) => asObject(part)['text']);
  return texts.length > 0 && texts.every((text) => typeof text === 'string' && text !== '');
}
