import type { Endpoint } from '../../contract/adapter';

/** What becomes of each field at the top of a caller's body; any other has no equal. */
export interface BodyFields {
  /** Taken as they are. */
  readonly kept: readonly string[];
  /** By our name, the vendor's. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Left out: they change nothing in what a batch answers. */
  readonly dropped: readonly string[];
  /** Without an equal: the JSON of the one value of each that asks for what is done anyway, and is left out. */
  readonly neutral: ReadonlyMap<string, string>;
}

/**
 * The vendor forbids fields that it does not know (`extra_forbidden`, "Extra inputs are not permitted"). What it knows is
 * from `models/components/chatcompletionrequest.ts` of `@mistralai/mistralai` 2.7.0.
 */
const CHAT: BodyFields = {
  kept: [
    ...[
      'messages',
      'temperature',
      'top_p',
      'max_tokens',
      'stop',
      'random_seed',
      'metadata',
      'response_format',
      'tools',
    ],
    ...['tool_choice', 'presence_penalty', 'frequency_penalty', 'n', 'prediction', 'parallel_tool_calls'],
    ...['reasoning_effort', 'prompt_mode', 'guardrails', 'prompt_cache_key', 'service_tier', 'safe_prompt'],
  ],
  renamed: new Map([
    ['max_completion_tokens', 'max_tokens'],
    ['seed', 'random_seed'],
  ]),
  dropped: ['model', 'stream', 'user', 'safety_identifier'],
  neutral: new Map([
    ['store', 'false'],
    ['logprobs', 'false'],
  ]),
};

/** As for chat; the source is `models/components/embeddingrequest.ts`. */
const EMBEDDINGS: BodyFields = {
  kept: ['input', 'metadata', 'output_dimension', 'output_dtype', 'encoding_format'],
  renamed: new Map([['dimensions', 'output_dimension']]),
  dropped: ['model', 'stream', 'user'],
  neutral: new Map(),
};

export function fieldsOf(endpoint: Endpoint): BodyFields {
  return endpoint === '/v1/embeddings' ? EMBEDDINGS : CHAT;
}

/** The members of each kind of message that the vendor knows; others are forbidden, even when they are null. */
export const MESSAGE_FIELDS: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['system', ['role', 'content']],
  ['user', ['role', 'content']],
  ['assistant', ['role', 'content', 'tool_calls', 'prefix']],
  ['tool', ['role', 'content', 'tool_call_id', 'name']],
]);
