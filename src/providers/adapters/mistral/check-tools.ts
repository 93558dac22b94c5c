import { isFields, isGiven, refuseOthers, type Fields, type Path, type Refuse } from '../../translation/checks';

/** Source: `models/components/toolchoiceenum.ts` of `@mistralai/mistralai` 2.7.0. */
const CHOICES: readonly unknown[] = ['auto', 'none', 'any', 'required'];

/** Checks the tools and the choice among them. The vendor's own kinds of tools are left to it. */
export function checkTools({ tools, tool_choice: choice }: Fields, refuse: Refuse): void {
  if (isGiven(tools) && !Array.isArray(tools)) refuse(['tools'], 'Must be a list');
  if (Array.isArray(tools)) tools.forEach((tool: unknown, index) => checkTool(tool, ['tools', index], refuse));
  if (isGiven(choice)) checkChoice(choice, refuse);
}

function checkTool(tool: unknown, path: Path, refuse: Refuse): void {
  if (!isFields(tool)) return refuse(path, 'Must be an object');
  if (tool['type'] === 'custom') return refuse([...path, 'type'], 'The provider has no equal of this tool');
  if (tool['type'] !== 'function') return;
  const [called, at] = [tool['function'], [...path, 'function']];
  if (!isFields(called)) return refuse(at, 'Must be an object');
  refuseOthers(called, ['name', 'description', 'strict', 'parameters'], at, refuse);
  if (!isFields(called['parameters'])) refuse([...at, 'parameters'], 'The provider requires an object here');
}

function checkChoice(choice: unknown, refuse: Refuse): void {
  if (!isFields(choice)) {
    if (!CHOICES.includes(choice)) refuse(['tool_choice'], 'Must be auto, none, any, required or a function');
    return;
  }
  if (choice['type'] !== 'function') return refuse(['tool_choice', 'type'], 'Must be function');
  refuseOthers(choice, ['type', 'function'], ['tool_choice'], refuse);
}
