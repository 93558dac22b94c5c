import { toAnswerMessage, toChoice, toUsage, type AnswerCall } from '../../translation/completion';
import { JsonText, rawAt, rawElements } from '../../translation/raw-json';
import type { CandidateWire, GeneratedWire, LogprobWire, PartWire } from './gemini.wire';

/** What an answer does not say of itself. */
export interface AnswerContext {
  /** The item, in place of an answer's id that is left out. */
  readonly itemId: string;
  /** In seconds since the epoch. */
  readonly created: number;
  /** In place of the answer's own. */
  readonly model: string;
}

const FINISH_REASONS: ReadonlyMap<string, string> = new Map([
  ['STOP', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['CONTINUATION', 'length'],
  ...[
    ...['SAFETY', 'RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'LANGUAGE'],
    ...['IMAGE_SAFETY', 'IMAGE_PROHIBITED_CONTENT', 'IMAGE_RECITATION', 'IMAGE_OTHER'],
  ].map((reason) => [reason, 'content_filter'] as const),
]);

const NOTHING = 'The model gave no answer.';
/** What is said where the prompt was blocked. */
const NO_TEXT = toAnswerMessage({ texts: [''], thoughts: [], calls: [] });

/** An answer without anything in it: why, in the vendor's words. */
export interface NoAnswer {
  readonly type: string;
  readonly message: string | null;
}

/** Why there is nothing in an answer, for no reason that a choice can tell; null when it is an answer. */
export function noAnswerIn({ candidates, promptFeedback }: GeneratedWire): NoAnswer | null {
  const [first] = candidates ?? [];
  if (!first) return promptFeedback?.blockReason ? null : { type: 'NO_CANDIDATES', message: NOTHING };
  const isTold = FINISH_REASONS.has(first.finishReason ?? 'STOP');
  const isSaid = candidates?.some(({ content }) => content?.parts?.some(saysSomething));
  if (isTold || isSaid) return null;
  return { type: first.finishReason ?? '', message: first.finishMessage ?? NOTHING };
}

function saysSomething({ text, functionCall, inlineData, thought }: PartWire): boolean {
  return Boolean(functionCall || inlineData || (text && !thought));
}

/** A chat completion of an answer. `raw` is its JSON, so that no number in a call changes. */
export function toCompletion(answer: GeneratedWire, raw: Buffer, context: AnswerContext): object {
  const { responseId, modelVersion, candidates, promptFeedback, usageMetadata } = answer;
  const id = responseId || context.itemId;
  const rawCandidates = rawElements(rawAt(raw, 'candidates') ?? Buffer.alloc(0));
  const choices = (candidates ?? []).map((candidate, at) => {
    const index = candidate.index ?? at;
    return toOwnChoice(candidate, index, callsOf(candidate, rawCandidates[at], `${id}_${index}`));
  });
  const blocked = toChoice(0, NO_TEXT, 'content_filter', promptFeedback?.blockReason ?? null, null);
  return {
    id: `chatcmpl-${id}`,
    object: 'chat.completion',
    created: context.created,
    model: modelVersion || context.model,
    choices: choices.length > 0 ? choices : [blocked],
    ...(usageMetadata && { usage: usageOf(usageMetadata) }),
  };
}

function toOwnChoice(candidate: CandidateWire, index: number, calls: readonly AnswerCall[]): object {
  const parts = candidate.content?.parts ?? [];
  const spoken = parts.filter(({ text, thought }) => text && !thought);
  const thoughts = parts.flatMap(({ text, thought }) => (text && thought ? text : []));
  const images = parts.flatMap(({ inlineData }) => inlineData ?? []);
  const texts = spoken.map(({ text }) => text ?? '');
  const signature = spoken.findLast(({ thoughtSignature }) => thoughtSignature)?.thoughtSignature;
  const message = {
    ...toAnswerMessage({ texts, thoughts, calls, extra: extraOf(signature) }),
    // An answer that is paid for is not thrown away for having no place in a chat completion.
    ...(images.length > 0 && { images: images.map(toImage) }),
  };
  const reason = candidate.finishReason ?? null;
  const finish = FINISH_REASONS.get(reason ?? '') ?? 'stop';
  const isCall = finish === 'stop' && calls.length > 0;
  return toChoice(index, message, isCall ? 'tool_calls' : finish, reason, toLogprobs(candidate));
}

/** The vendor's id of a call is often left out. */
function callsOf({ content }: CandidateWire, raw: Buffer | undefined, prefix: string): AnswerCall[] {
  const rawParts = raw ? rawElements(rawAt(raw, 'content', 'parts') ?? Buffer.alloc(0)) : [];
  return (content?.parts ?? []).flatMap(({ functionCall: call, thoughtSignature }, at) => {
    if (!call) return [];
    const args = rawParts[at] && rawAt(rawParts[at], 'functionCall', 'args');
    return [
      {
        id: call.id || `call_${prefix}_${at}`,
        name: call.name ?? '',
        arguments: args ? JsonText.from(args).json : '{}',
        extra: extraOf(thoughtSignature),
      },
    ];
  });
}

/** Where the vendor's own OpenAI-compatible API has it, and where a caller gives it back. */
function extraOf(signature: string | null | undefined): object | undefined {
  return signature ? { google: { thought_signature: signature } } : undefined;
}

function toImage({ mimeType, data }: NonNullable<PartWire['inlineData']>): object {
  return { type: 'image_url', image_url: { url: `data:${mimeType};base64,${data}` } };
}

function toLogprobs({ logprobsResult: result }: CandidateWire): object | null {
  if (!result?.chosenCandidates) return null;
  const content = result.chosenCandidates.map((chosen, at) => {
    const top = result.topCandidates?.[at]?.candidates ?? [];
    return { ...toLogprob(chosen), top_logprobs: top.map(toLogprob) };
  });
  return { content, refusal: null };
}

/** The vendor gives a token's text only. */
function toLogprob({ token, logProbability }: LogprobWire): object {
  return { token: token ?? '', logprob: logProbability ?? 0, bytes: null };
}

function usageOf(usage: NonNullable<GeneratedWire['usageMetadata']>): object {
  const thoughts = usage.thoughtsTokenCount ?? null;
  return toUsage({
    prompt: (usage.promptTokenCount ?? 0) + (usage.toolUsePromptTokenCount ?? 0),
    cached: usage.cachedContentTokenCount ?? 0,
    completion: (usage.candidatesTokenCount ?? 0) + (thoughts ?? 0),
    reasoning: thoughts,
  });
}
