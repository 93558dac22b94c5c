import { newId } from '../kit/ids';
import type { JsonObject } from '../kit/json';
import type { BatchRequest } from './types';
import { asList, asObject } from './unpack';
import { requestRefusal } from './validate-request';

/** Numbers that lose their spelling in a double; JSON text, because no JavaScript number can hold them. */
export const BIG_ARGS = '{"big": 12345678901234567890, "price": 1.10}';
/** As {@link BIG_ARGS}, for the vector of an embedding. */
export const SPELLED_VECTOR = '[0.10, -0.012345678901234567890, 1e-7]';
export const SIGNATURE = 'c2lnbmF0dXJl';

const INVALID_ARGUMENT = 3;

/**
 * What becomes of a request, chosen by a word in its last text; anything else is a success that echoes the text.
 *
 * - `#error:CODE` — an error with that gRPC code.
 * - `#drop`, `#dup`, `#garbage` — no row, two rows, a row of no known shape.
 * - `#tool` — the answer is a function call whose arguments have {@link BIG_ARGS}.
 * - `#think` — the answer begins with a thought.
 * - `#logprobs` — the answer has the log probabilities of its tokens.
 * - `#finish:REASON` — the answer ends for that reason; for any but `STOP` and `MAX_TOKENS` there is no text.
 * - `#block:REASON` — no candidates: the prompt is blocked.
 */
export interface Outcome {
  readonly succeeded: boolean;
  /** JSON texts of `"response":…` or `"error":…`; more or fewer than one where the vendor is to misbehave. */
  readonly members: readonly string[];
}

export function outcomeOf({ request }: BatchRequest, model: string, isEmbedding: boolean): Outcome {
  const refusal = requestRefusal(request, isEmbedding);
  const prompt = promptOf(request);
  const code = refusal === null ? Number(/#error:(\d+)/.exec(prompt)?.[1] ?? 0) : INVALID_ARGUMENT;
  if (code > 0) {
    const error = JSON.stringify({ code, message: refusal ?? `Simulated error ${code}.` });
    return { succeeded: false, members: [`"error": ${error}`] };
  }
  const response = isEmbedding ? embeddingText(prompt) : generatedText(prompt, model);
  return { succeeded: true, members: misbehaved(`"response": ${response}`, prompt) };
}

function misbehaved(member: string, prompt: string): string[] {
  if (prompt.includes('#drop')) return [];
  if (prompt.includes('#dup')) return [member, member];
  return prompt.includes('#garbage') ? ['"response": "<html>busy</html>"'] : [member];
}

function embeddingText(prompt: string): string {
  const tokens = prompt.includes('#uncounted') ? '' : `, "tokenCount": "${tokensOf(prompt)}"`;
  return `{"embedding": {"values": ${SPELLED_VECTOR}}${tokens}}`;
}

/** Built as text, so that a call's arguments can hold numbers that JavaScript cannot. */
function generatedText(prompt: string, model: string): string {
  const blocked = /#block:(\w+)/.exec(prompt)?.[1];
  const tokens = tokensOf(prompt);
  const thoughts = prompt.includes('#think') ? { thoughtsTokenCount: 5 } : {};
  const rest = {
    usageMetadata: {
      promptTokenCount: tokens + 7,
      ...(blocked ? {} : { candidatesTokenCount: tokens, cachedContentTokenCount: 2 }),
      ...thoughts,
      totalTokenCount: tokens * 2 + 7,
    },
    modelVersion: model,
    responseId: newId('', 22),
  };
  const head = blocked ? `"promptFeedback": {"blockReason": "${blocked}"}` : `"candidates": [${candidateText(prompt)}]`;
  return `{${head}, ${JSON.stringify(rest).slice(1)}`;
}

function candidateText(prompt: string): string {
  const reason = /#finish:(\w+)/.exec(prompt)?.[1] ?? 'STOP';
  const thought = JSON.stringify({ text: 'Let me see.', thought: true });
  const text = JSON.stringify({ text: prompt, thoughtSignature: prompt.includes('#think') ? SIGNATURE : undefined });
  const call = `{"functionCall": {"name": "look_up", "args": ${BIG_ARGS}}, "thoughtSignature": "${SIGNATURE}"}`;
  const said = [...(prompt.includes('#think') ? [thought] : []), prompt.includes('#tool') ? call : text];
  const isCut = reason !== 'STOP' && reason !== 'MAX_TOKENS';
  const logprobs = {
    chosenCandidates: [{ token: 'a', tokenId: 1, logProbability: -0.25 }],
    topCandidates: [{ candidates: [{ token: 'a', tokenId: 1, logProbability: -0.25 }] }],
  };
  const result = prompt.includes('#logprobs') ? `, "logprobsResult": ${JSON.stringify(logprobs)}` : '';
  const content = isCut ? '{}' : `{"parts": [${said.join(', ')}], "role": "model"}`;
  return `{"content": ${content}, "finishReason": "${reason}", "index": 0${result}}`;
}

function tokensOf(prompt: string): number {
  return Math.max(1, Math.ceil(prompt.length / 4));
}

/** The texts of the last user's turn that has any, a line each, or those of an embedding; answers to calls are none. */
function promptOf({ contents, content }: JsonObject): string {
  const turns = content === undefined ? asList(contents).map(asObject) : [asObject(content)];
  const texts = turns
    .filter(({ role }) => role !== 'model')
    .map(({ parts }) => asList(parts).flatMap((part) => textOf(asObject(part))))
    .filter((own) => own.length > 0);
  return (texts.at(-1) ?? []).join('\n');
}

function textOf({ text }: JsonObject): string[] {
  return typeof text === 'string' ? [text] : [];
}
