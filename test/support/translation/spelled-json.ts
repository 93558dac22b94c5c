/** What is read from JSON: of no known shape, so that a property can walk it. */
export type Parsed = ReturnType<typeof JSON.parse>;
export type Json = Record<string, Parsed>;

/** JSON whose numbers are texts of their own spelling, so that a lost digit shows. */
export function readSpelled(json: string): Parsed {
  const spelled = json.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    token.startsWith('"') ? token : `"#${token}"`,
  );
  return JSON.parse(spelled);
}

/** Writes JSON into which values are spliced as they are spelled: `write` calls `splice` where each of them stands. */
export function writeSpliced(write: (splice: (json: string | undefined) => string | undefined) => unknown): string {
  const splices = new Map<string, string>();
  const value = write((json) => {
    if (json === undefined) return undefined;
    splices.set(`"@@${splices.size}"`, json);
    return `@@${splices.size - 1}`;
  });
  return [...splices].reduce((json, [mark, spelled]) => json.replace(mark, () => spelled), JSON.stringify(value));
}
