import type { ModelTraits } from '../contract/adapter';
import { checkRange } from '../translation/check-options';
import {
  checkOptionalString,
  isFields,
  isGiven,
  refuseOthers,
  type Fields,
  type Path,
  type Refuse,
} from '../translation/checks';
import { EFFORTS } from '../adapters/anthropic/params';

const CHOICES: readonly unknown[] = ['auto', 'any', 'tool', 'none'];

/** Checks the limits, the sampling and the thinking, and the form of the answer. */
export function checkOptions(params: Fields, traits: ModelTraits, refuse: Refuse): void {
  const { max_tokens: limit } = params;
  if (!Number.isSafeInteger(limit) || Number(limit) < 1) refuse(['max_tokens'], 'Must be a whole number from 1');
  for (const key of ['temperature', 'top_p']) checkRange(params, key, [0, 1], refuse);
  checkUser(params['metadata'], refuse);
  checkOutput(params, traits, refuse);
}

/** Checks `stop_sequences`, of which the provider takes at most `most`. */
export function checkStop(stop: unknown, most: number, refuse: Refuse): void {
  if (!isGiven(stop)) return;
  if (!Array.isArray(stop)) return refuse(['stop_sequences'], 'Must be a list');
  if (stop.length > most) refuse(['stop_sequences'], `The provider takes at most ${most}`);
  stop.forEach((text: unknown, index) => {
    if (typeof text !== 'string' || text === '') {
      refuse(['stop_sequences', index], 'Must be a string that is not empty');
    }
  });
}

function checkUser(metadata: unknown, refuse: Refuse): void {
  if (!isGiven(metadata)) return;
  if (!isFields(metadata)) return refuse(['metadata'], 'Must be an object');
  refuseOthers(metadata, ['user_id'], ['metadata'], refuse);
  checkOptionalString(metadata, 'user_id', ['metadata'], refuse);
}

function checkOutput({ thinking, output_config: config }: Fields, traits: ModelTraits, refuse: Refuse): void {
  if (isGiven(config) && !isFields(config)) return refuse(['output_config'], 'Must be an object');
  const { effort, format, ...others } = isFields(config) ? config : {};
  refuseOthers(others, [], ['output_config'], refuse);
  if (isGiven(effort) && !EFFORTS.some((each) => each === effort)) {
    refuse(['output_config', 'effort'], `Must be ${EFFORTS.join(', ')}`);
  }
  if (isGiven(thinking)) checkThinking(thinking, effort, traits, refuse);
  if (isGiven(effort) && !(isFields(thinking) && thinking['type'] === 'adaptive')) {
    refuse(
      ['output_config', 'effort'],
      'A chat completion has efforts of thinking alone: ask for adaptive thinking beside it',
    );
  }
  if (isGiven(format)) checkFormat(format, refuse);
}

/** A chat completion knows efforts, and no budgets: thinking is asked for by one, or told not to be done at all. */
function checkThinking(thinking: unknown, effort: unknown, traits: ModelTraits, refuse: Refuse): void {
  if (!isFields(thinking)) return refuse(['thinking'], 'Must be an object');
  refuseOthers(thinking, ['type', 'budget_tokens'], ['thinking'], refuse);
  const { type, budget_tokens: budget } = thinking;
  if (type === 'enabled' || isGiven(budget)) {
    refuse(['thinking', 'budget_tokens'], 'A chat completion has no budgets of thinking');
  } else if (type === 'adaptive') {
    if (!isGiven(effort)) refuse(['thinking'], 'Needs output_config.effort beside it to be told in a chat completion');
  } else if (type !== 'disabled') refuse(['thinking', 'type'], 'Must be adaptive or disabled');
  else if (traits.reasoning !== 'none' && !traits.efforts?.includes('none')) {
    refuse(['thinking'], 'It is not known that the model can be told not to think');
  }
}

function checkFormat(format: unknown, refuse: Refuse): void {
  const path = ['output_config', 'format'];
  if (!isFields(format)) return refuse(path, 'Must be an object');
  if (format['type'] !== 'json_schema') return refuse([...path, 'type'], 'Must be json_schema');
  refuseOthers(format, ['type', 'schema'], path, refuse);
  if (!isFields(format['schema'])) refuse([...path, 'schema'], 'Must be an object');
}

/** Checks `tools` and `tool_choice`. */
export function checkTools({ tools, tool_choice: choice }: Fields, refuse: Refuse): void {
  if (isGiven(tools) && !Array.isArray(tools)) refuse(['tools'], 'Must be a list');
  const list: readonly unknown[] = Array.isArray(tools) ? tools : [];
  list.forEach((tool, index) => checkTool(tool, ['tools', index], refuse));
  if (isGiven(choice)) checkChoice(choice, list, refuse);
}

function checkTool(tool: unknown, path: Path, refuse: Refuse): void {
  if (!isFields(tool)) return refuse(path, 'Must be an object');
  const { type, strict } = tool;
  if (isGiven(type) && type !== 'custom')
    return refuse([...path, 'type'], 'Only tools of the caller’s own can be honoured');
  refuseOthers(tool, ['type', 'name', 'description', 'input_schema', 'strict'], path, refuse);
  if (typeof tool['name'] !== 'string' || tool['name'] === '')
    refuse([...path, 'name'], 'Must be a string that is not empty');
  checkOptionalString(tool, 'description', path, refuse);
  if (!isFields(tool['input_schema'])) refuse([...path, 'input_schema'], 'Must be an object');
  if (isGiven(strict) && typeof strict !== 'boolean') refuse([...path, 'strict'], 'Must be true or false');
}

function checkChoice(choice: unknown, tools: readonly unknown[], refuse: Refuse): void {
  const path = ['tool_choice'];
  if (!isFields(choice)) return refuse(path, 'Must be an object');
  const { type, name, disable_parallel_tool_use: alone } = choice;
  if (!CHOICES.includes(type)) return refuse([...path, 'type'], 'Must be auto, any, tool or none');
  const own = type === 'tool' ? ['name'] : [];
  refuseOthers(choice, ['type', ...own, ...(type === 'none' ? [] : ['disable_parallel_tool_use'])], path, refuse);
  if (isGiven(alone) && typeof alone !== 'boolean')
    refuse([...path, 'disable_parallel_tool_use'], 'Must be true or false');
  if (tools.length === 0) return refuse(path, 'There are no tools to choose from');
  const isNamed = tools.some((tool) => isFields(tool) && tool['name'] === name);
  if (type === 'tool' && !isNamed) refuse([...path, 'name'], 'There is no tool of this name');
}
