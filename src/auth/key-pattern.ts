/** `rsk_` and at least 32 characters: ours have 43, a key that an operator chose may have another length. */
export const KEY_PATTERN = /^rsk_[A-Za-z0-9_-]{32,128}$/;
