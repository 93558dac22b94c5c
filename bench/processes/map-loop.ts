import { readFile, writeFile } from 'node:fs/promises';
import { serveMethods } from '../support/served-methods';

interface Row {
  custom_id: string;
  result: { message: { id: string; model: string; content: { text: string }[]; usage: Record<string, number> } };
}

/** What the mapping comes down to when nothing can go wrong: every row succeeded, is text, and comes once and in order. */
function toLine(line: string): string {
  const { custom_id, result } = JSON.parse(line) as Row;
  const { id, model, content, usage } = result.message;
  const [input, output] = [usage.input_tokens ?? 0, usage.output_tokens ?? 0];
  const message = { role: 'assistant', content: content.map(({ text }) => text).join(''), refusal: null };
  const body = {
    ...{ id, object: 'chat.completion', created: 1_764_000_000, model },
    choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
    usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
  };
  return JSON.stringify({
    id: custom_id,
    custom_id,
    response: { status_code: 200, request_id: id, body },
    error: null,
  });
}

serveMethods({
  /** Milliseconds to read a file of rows whole, map every one, and write the lines. */
  run: async (from: string, to: string) => {
    const begun = performance.now();
    const lines = (await readFile(from, 'utf8')).split('\n');
    const mapped = lines.filter((line) => line !== '').map(toLine);
    await writeFile(to, `${mapped.join('\n')}\n`);
    return performance.now() - begun;
  },
});
