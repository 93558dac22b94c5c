/** A call in an answer; its arguments are JSON text. */
export interface AnswerCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
  /** What is to be sent again with the call; the vendor's own. */
  readonly extra?: object | undefined;
}

/** What a model said, in a vendor's own parts. */
export interface Said {
  readonly texts: readonly string[];
  readonly thoughts: readonly string[];
  readonly calls: readonly AnswerCall[];
  /** As that of a call, for the text. */
  readonly extra?: object | undefined;
}

/** The message of a choice: `content` is null where there are only calls. */
export function toAnswerMessage({ texts, thoughts, calls, extra }: Said): object {
  const thought = thoughts.join('');
  return {
    role: 'assistant',
    content: texts.length === 0 && calls.length > 0 ? null : texts.join(''),
    refusal: null,
    ...(thought !== '' && { reasoning_content: thought }),
    ...(calls.length > 0 && { tool_calls: calls.map(toCall) }),
    ...(extra && { extra_content: extra }),
  };
}

function toCall({ id, name, arguments: json, extra }: AnswerCall): object {
  const call = { id, type: 'function', function: { name, arguments: json } };
  return extra ? { ...call, extra_content: extra } : call;
}

/** Tokens of one answer; `reasoning` is part of `completion`, and null when it is not counted. */
export interface TokenCounts {
  readonly prompt: number;
  readonly cached: number;
  readonly completion: number;
  readonly reasoning: number | null;
}

export function toUsage({ prompt, cached, completion, reasoning }: TokenCounts): object {
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cached },
    ...(reasoning !== null && { completion_tokens_details: { reasoning_tokens: reasoning } }),
  };
}

/** A choice; `native` keeps the vendor's own reason, since several of them have one name here. */
export function toChoice(
  index: number,
  message: object,
  finish: string,
  native: string | null,
  logprobs: object | null,
): object {
  return { index, message, logprobs, finish_reason: finish, native_finish_reason: native };
}
