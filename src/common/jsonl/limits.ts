/** Most bytes of one line that we read back: of a stored input, of results, or of a provider's file. */
export const MAX_LINE_BYTES = 512 * 1024 * 1024;
