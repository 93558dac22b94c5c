import type { ModelTraits } from '../contract/adapter';
import { isFields, isGiven, type Fields, type Refuse } from './checks';

/** Efforts at which a model is told not to think at all. */
export const NOT_THINKING: readonly unknown[] = ['none', 'minimal'];
/**
 * What a model takes while it thinks, if it takes no change beside that.
 * Source: "Feature compatibility" in Anthropic's documentation of extended thinking.
 */
const SAMPLING_OF_THINKING = { temperature: [1, 1], top_p: [0.95, 1] } as const;

/** Refuses an effort that the model does not take, a tool that it cannot be made to call, and what it takes only unthinking. */
export function checkThinking(
  body: Fields,
  { efforts, forcedTools, besideThinking }: ModelTraits,
  refuse: Refuse,
): void {
  const { reasoning_effort: effort, tool_choice: choice } = body;
  if (isGiven(effort) && efforts && !efforts.some((each) => each === effort)) {
    refuse(
      ['reasoning_effort'],
      efforts.length > 0 ? `The model takes ${efforts.join(', ')}` : 'The model takes no effort',
    );
  }
  const thinksAlone = besideThinking === 'none' && isGiven(effort) && !NOT_THINKING.includes(effort);
  if (isForced(choice) && forcedTools === false) refuse(['tool_choice'], 'The model cannot be made to call a tool');
  if (!thinksAlone) return;
  if (isForced(choice)) refuse(['tool_choice'], 'The model cannot be made to call a tool while it thinks');
  for (const [key, [least, most]] of Object.entries(SAMPLING_OF_THINKING)) {
    const value = body[key];
    if (isGiven(value) && !(Number(value) >= least && Number(value) <= most)) {
      refuse([key], 'The model takes no such change of its sampling while it thinks');
    }
  }
}

function isForced(choice: unknown): boolean {
  return choice === 'required' || (isFields(choice) && choice['type'] === 'function');
}
