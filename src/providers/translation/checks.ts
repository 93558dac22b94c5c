/** Where a field is, inside the body. */
export type Path = readonly (string | number)[];
/** Notes that the field at a path cannot be honoured. */
export type Refuse = (path: Path, message: string) => void;
/** A JSON object whose members are not known yet. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The vendor's API takes null for a field that is left out. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Refuses every member that is given and not known. */
export function refuseOthers(object: Fields, known: readonly string[], path: Path, refuse: Refuse): void {
  for (const [key, value] of Object.entries(object)) {
    if (isGiven(value) && !known.includes(key)) refuse([...path, key], 'The provider has no equal of this field');
  }
}

/** Refuses a member that is given and is not a string. */
export function checkOptionalString(object: Fields, key: string, path: Path, refuse: Refuse): void {
  if (isGiven(object[key]) && typeof object[key] !== 'string') refuse([...path, key], 'Must be a string');
}
