import type { ModelTraits, UnsupportedField } from '../contract/adapter';
import { isFields, isGiven, type Fields } from './checks';
import { checkThinking } from './thinking';

/**
 * The fields of an OpenAI body that a model is known not to honour, for an upstream that takes the body as it is. What is not
 * known of the model refuses nothing.
 */
export function refusedByTraits(body: Buffer, traits: ModelTraits): readonly UnsupportedField[] {
  if (!restrictsAnything(traits)) return [];
  const fields = JSON.parse(body.toString('utf8')) as unknown;
  if (!isFields(fields)) return [];
  const refused: UnsupportedField[] = [];
  checkThinking(fields, traits, (path, message) => void refused.push({ path, message }));
  return [
    ...refused,
    ...refusedSampling(fields, traits),
    ...refusedLimits(fields, traits),
    ...(traits.tools === false ? given(fields, ['tools', 'tool_choice'], 'The model takes no tools') : []),
    ...(traits.reasoning === 'none' ? given(fields, ['reasoning_effort'], 'The model does not reason') : []),
    ...(traits.jsonSchema === false ? refusedSchema(fields['response_format']) : []),
    ...(traits.images === false ? imagesIn(fields['messages']) : []),
  ];
}

function restrictsAnything({ sampling = 'any', reasoning, efforts, maxOutputTokens, ...traits }: ModelTraits) {
  const flags = [traits.tools, traits.forcedTools, traits.images, traits.jsonSchema].includes(false);
  const thinking = reasoning === 'none' || efforts !== undefined || traits.besideThinking === 'none';
  return flags || thinking || sampling !== 'any' || maxOutputTokens !== undefined;
}

function refusedSampling(fields: Fields, { sampling }: ModelTraits): UnsupportedField[] {
  if (sampling === 'none') return given(fields, ['temperature', 'top_p'], 'The model takes no sampling fields');
  const both = sampling === 'one' && isGiven(fields['temperature']) && isGiven(fields['top_p']);
  return both ? [{ path: ['top_p'], message: 'The model takes temperature or top_p, and not both' }] : [];
}

function refusedLimits(fields: Fields, { maxOutputTokens }: ModelTraits): UnsupportedField[] {
  if (maxOutputTokens === undefined) return [];
  const message = `The model answers with at most ${maxOutputTokens} tokens`;
  return ['max_completion_tokens', 'max_tokens', 'max_output_tokens'].flatMap((key) =>
    Number(fields[key]) > maxOutputTokens ? [{ path: [key], message }] : [],
  );
}

function refusedSchema(format: unknown): UnsupportedField[] {
  const asked = isFields(format) && format['type'] === 'json_schema';
  return asked ? [{ path: ['response_format'], message: 'The model takes no JSON schema' }] : [];
}

function imagesIn(messages: unknown): UnsupportedField[] {
  if (!Array.isArray(messages)) return [];
  return messages.flatMap((message: unknown, at) => {
    const content: unknown = isFields(message) ? message['content'] : null;
    if (!Array.isArray(content)) return [];
    return content.flatMap((part: unknown, index): UnsupportedField[] =>
      isFields(part) && part['type'] === 'image_url'
        ? [{ path: ['messages', at, 'content', index], message: 'The model takes no images' }]
        : [],
    );
  });
}

function given(fields: Fields, keys: readonly string[], message: string): UnsupportedField[] {
  return keys.filter((key) => isGiven(fields[key])).map((key) => ({ path: [key], message }));
}
