import { isObject, type JsonObject } from '../kit/json';
import { demand, demandOnly, isText, isTextBlocks, ParamsError } from './demand';
import { checkTurns } from './validate-turns';

const KNOWN = [
  ...['model', 'max_tokens', 'messages', 'system', 'tools', 'tool_choice', 'stop_sequences', 'temperature', 'top_p'],
  ...['thinking', 'output_config', 'metadata'],
];

const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'];

/** Checks one request's `params`; null when the model can run it, else why not. */
export function refusalOf(params: JsonObject): string | null {
  try {
    checkParams(params);
    return null;
  } catch (error) {
    if (error instanceof ParamsError) return error.message;
    throw error;
  }
}

function checkParams(params: JsonObject): void {
  // `stream`, `speed`, `store` and the like are refused in a batch with whatever else is not known.
  demandOnly(params, KNOWN, '');
  const { max_tokens: limit, system } = params;
  demand(isText(params['model']), 'model: Field required');
  demand(typeof limit === 'number' && Number.isInteger(limit) && limit >= 1, 'max_tokens: must be at least 1');
  demand(system === undefined || isText(system) || isTextBlocks(system), 'system: Input should be text blocks');
  checkTurns(params['messages']);
  checkTools(params);
  checkSampling(params);
  checkOutput(params);
}

function checkTools({ tools, tool_choice: choice }: JsonObject): void {
  demand(tools === undefined || Array.isArray(tools), 'tools: Input should be a list');
  for (const tool of (tools ?? []) as unknown[]) {
    demand(isObject(tool) && isText(tool['name']), 'tools: name: Field required');
    demandOnly(tool, ['name', 'description', 'input_schema', 'strict'], 'tools.');
    demand(isObject(tool['input_schema']), 'tools: input_schema: Field required');
  }
  if (choice === undefined) return;
  demand(tools !== undefined, 'tool_choice: only permitted with tools');
  demand(isObject(choice), 'tool_choice: Input should be an object');
  const { type } = choice;
  demand(['auto', 'any', 'tool', 'none'].includes(String(type)), 'tool_choice.type: unknown');
  const own = type === 'tool' ? ['name'] : [];
  demandOnly(choice, ['type', ...own, ...(type === 'none' ? [] : ['disable_parallel_tool_use'])], 'tool_choice.');
  demand(type !== 'tool' || isText(choice['name']), 'tool_choice.name: Field required');
}

function checkSampling({ temperature, top_p: topP, stop_sequences: stop }: JsonObject): void {
  for (const value of [temperature, topP]) {
    demand(value === undefined || (typeof value === 'number' && value >= 0 && value <= 1), 'range: 0..1');
  }
  demand(temperature === undefined || topP === undefined, 'temperature and top_p cannot both be specified');
  demand(stop === undefined || Array.isArray(stop), 'stop_sequences: Input should be a list');
  for (const text of (stop ?? []) as unknown[]) {
    demand(typeof text === 'string' && text.trim() !== '', 'stop_sequences: each must contain non-whitespace');
  }
}

function checkOutput({ thinking, output_config: config, metadata }: JsonObject): void {
  if (thinking !== undefined) {
    const types = ['adaptive', 'disabled', 'enabled'];
    demand(isObject(thinking) && types.includes(String(thinking['type'])), 'thinking.type: unknown');
    demandOnly(thinking, ['type', ...(thinking['type'] === 'enabled' ? ['budget_tokens'] : [])], 'thinking.');
    const budget = Number(thinking['budget_tokens']);
    demand(thinking['type'] !== 'enabled' || budget >= 1024, 'thinking.budget_tokens: at least 1024');
  }
  if (config !== undefined) {
    demand(isObject(config), 'output_config: Input should be an object');
    demandOnly(config, ['effort', 'format'], 'output_config.');
    const { effort, format } = config;
    demand(effort === undefined || EFFORTS.some((known) => known === effort), 'output_config.effort: unknown');
    const isSchema = isObject(format) && format['type'] === 'json_schema' && isObject(format['schema']);
    demand(format === undefined || isSchema, 'output_config.format: Input should be a json_schema');
  }
  if (metadata === undefined) return;
  demand(isObject(metadata) && typeof metadata['user_id'] === 'string', 'metadata.user_id: Input should be a string');
  demandOnly(metadata, ['user_id'], 'metadata.');
}
