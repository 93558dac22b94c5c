/** The models the simulator knows, with the dated name that a response carries. */
const MODELS: Readonly<Record<string, string>> = {
  'gpt-4o-mini': 'gpt-4o-mini-2024-07-18',
  'gpt-4o': 'gpt-4o-2024-08-06',
  'gpt-5-nano': 'gpt-5-nano-2025-08-07',
  'text-embedding-3-small': 'text-embedding-3-small',
};

/** True when a line may name this model. */
export function isKnownModel(model: string): boolean {
  return Object.hasOwn(MODELS, model);
}

/** The name of the model as a response spells it. */
export function snapshotOf(model: unknown): string {
  return MODELS[String(model)] ?? String(model);
}
