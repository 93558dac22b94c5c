/** In the refusal of a file: `Error on line 3: invalid JSON, near column 23: …`. Seen in issues of UKGovernmentBEIS/inspect_ai. */
const LINE = /\bError on line (\d+):/;
/** In the refusal of inline requests, a path as in all of Google's APIs: `… at 'batch.input_config.requests.requests[2].request…'`. */
const INDEX = /\binput_?config\.requests\.requests\[(\d+)\]/i;

/** What the vendor says of one line of what was sent; `line` is 1-based. */
export interface LineReason {
  readonly line: number;
  readonly message: string;
}

/** What the vendor says of lines: it names all that are wrong, each on a line of its own words. Empty when it names none. */
export function lineReasons(message: string): LineReason[] {
  const reasons: { line: number; message: string }[] = [];
  for (const words of message.split('\n')) {
    const line = lineIn(words);
    const last = reasons.at(-1);
    if (line !== null) reasons.push({ line, message: words });
    else if (last) last.message += `\n${words}`;
  }
  return reasons;
}

function lineIn(words: string): number | null {
  const line = LINE.exec(words)?.[1];
  if (line !== undefined) return Number(line);
  const index = INDEX.exec(words)?.[1];
  return index === undefined ? null : Number(index) + 1;
}
