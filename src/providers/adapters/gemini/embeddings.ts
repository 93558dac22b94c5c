import type { StoredItem, UnsupportedField } from '../../contract/adapter';
import { readFields, type FieldRules } from '../../translation/check-fields';
import { isGiven, type Refuse } from '../../translation/checks';

/**
 * An EmbedContentRequest. Source: `createEmbeddings` of the `@google/genai` package, and the example of a file in
 * developers.googleblog.com/gemini-batch-api-now-supports-embeddings-and-openai-compatibility.
 */
export interface EmbedRequest {
  readonly content: { readonly parts: { readonly text: string }[] };
  readonly outputDimensionality?: number;
}

const FIELDS: FieldRules = {
  translated: ['model', 'input', 'dimensions', 'encoding_format'],
  dropped: ['user'],
  neutral: new Map(),
};

/** The fields of an embedding's body that `embedContent` cannot honour exactly. */
export function checkEmbedding({ body }: StoredItem): readonly UnsupportedField[] {
  const refused: UnsupportedField[] = [];
  const refuse: Refuse = (path, message) => void refused.push({ path, message });
  const fields = readFields(body, FIELDS, refuse);
  if (!fields) return refused;
  const { input, dimensions, encoding_format: format } = fields;
  if (inputText(input) === null)
    refuse(['input'], 'Must be one text that is not empty: Gemini embeds one for each item');
  if (isGiven(dimensions) && !(Number.isSafeInteger(dimensions) && Number(dimensions) >= 1)) {
    refuse(['dimensions'], 'Must be a whole number from 1');
  }
  if (isGiven(format) && format !== 'float') refuse(['encoding_format'], 'Must be float');
  return refused;
}

/** The request of an embedding's body in which nothing was refused. */
export function toEmbedRequest(body: Buffer): EmbedRequest {
  const { input, dimensions } = JSON.parse(body.toString('utf8')) as { input: unknown; dimensions?: number | null };
  return {
    content: { parts: [{ text: inputText(input) ?? '' }] },
    ...(dimensions != null && { outputDimensionality: dimensions }),
  };
}

function inputText(input: unknown): string | null {
  const only: unknown = Array.isArray(input) && input.length === 1 ? input[0] : input;
  return typeof only === 'string' && only !== '' ? only : null;
}
