import { rawAt } from '../../translation/raw-json';
import { isFields, isGiven, type Fields, type Path } from '../../translation/checks';
import type { Endpoint, StoredItem, UnsupportedField } from '../../contract/adapter';

/** What a body must have somewhere to hold a data URI: the scheme, or an escape that may stand for part of it. */
const MAY_HOLD_DATA_URI = /data:|\\u/i;
const DATA_URI = /^data:/i;

/**
 * Top-level fields that are refused in a batch, and with one line that has them the whole batch.
 * Source: openrouter.ai/docs/batch-quickstart, "Limitations" and "Embeddings".
 */
const REFUSED: Readonly<Partial<Record<Endpoint, readonly string[]>>> = {
  '/v1/chat/completions': ['audio', 'image_config'],
  '/v1/embeddings': ['input_type', 'provider'],
};
/** Where a body has its messages, and where these have their parts. */
const MESSAGES: Readonly<Partial<Record<Endpoint, string>>> = {
  '/v1/chat/completions': 'messages',
  '/v1/responses': 'input',
};
const PARTS = ['content', 'output'];

/**
 * The fields of an item for which the vendor would fail its whole batch: images and files as data URIs (it takes public URLs),
 * and the fields that it names. All else passes through, and the model's provider judges it.
 */
export function checkItem({ endpoint, body }: StoredItem): UnsupportedField[] {
  const refused = (REFUSED[endpoint] ?? []).filter((field) => isSet(body, field));
  return [
    ...refused.map((field) => ({ path: [field], message: `The provider does not take ${field} in a batch.` })),
    ...(endpoint === '/v1/chat/completions' ? modalities(body) : []),
    ...dataUris(endpoint, body),
  ];
}

function isSet(body: Buffer, field: string): boolean {
  const value = rawAt(body, field);
  return value !== null && value.toString('latin1') !== 'null';
}

function modalities(body: Buffer): UnsupportedField[] {
  const raw = rawAt(body, 'modalities');
  const given: unknown = raw && JSON.parse(raw.toString('utf8'));
  if (!isGiven(given) || (Array.isArray(given) && given.every((each) => each === 'text'))) return [];
  return [{ path: ['modalities'], message: 'The provider answers with nothing but text in a batch.' }];
}

function dataUris(endpoint: Endpoint, body: Buffer): UnsupportedField[] {
  const list = MESSAGES[endpoint];
  if (list === undefined || !MAY_HOLD_DATA_URI.test(body.toString('latin1'))) return [];
  const whole = JSON.parse(body.toString('utf8')) as Fields;
  const found: Path[] = [];
  for (const [index, message] of entries(whole[list])) {
    for (const key of PARTS) {
      for (const [at, part] of entries(message[key])) {
        found.push(...dataUrisOf(part).map((path) => [list, index, key, at, ...path]));
      }
    }
  }
  return found.map((path) => ({ path, message: 'The provider takes a public URL here, and no data URI, in a batch.' }));
}

/** Images have a URL, as text or in an object; files have theirs as text, in the part or in an object. */
function dataUrisOf(part: Fields): Path[] {
  const { image_url: image, file } = part;
  const texts: [Path, unknown][] = [
    [['image_url'], image],
    [['image_url', 'url'], isFields(image) && image['url']],
    [['file_data'], part['file_data']],
    [['file', 'file_data'], isFields(file) && file['file_data']],
  ];
  return texts.filter(([, text]) => typeof text === 'string' && DATA_URI.test(text)).map(([path]) => path);
}

/** The objects in an array, with their indexes; none for any other value. */
function entries(value: unknown): [number, Fields][] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each: unknown, index): [number, Fields][] => (isFields(each) ? [[index, each]] : []));
}
