import type { ModelTraits } from '../../contract/adapter';
import {
  checkOptionalString,
  isFields,
  isGiven,
  refuseOthers,
  type Fields,
  type Path,
  type Refuse,
} from '../../translation/checks';
import { readDataUri } from '../../translation/data-uri';
import { IMAGE_TYPES, type DocumentBlock, type ImageBlock, type TextBlock } from './params';

/** A part of a message's content, once it is checked. */
type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string } }
  | { readonly type: 'file'; readonly file: { readonly file_data: string; readonly filename?: string | null } };
/** The content of a message, once it is checked; null only where there are tool calls. */
export type Content = string | readonly ContentPart[] | null | undefined;

type PartCheck = (part: Fields, path: Path, refuse: Refuse) => void;

const checkText: PartCheck = (part, path, refuse) => {
  refuseOthers(part, ['type', 'text'], path, refuse);
  if (typeof part['text'] !== 'string') refuse([...path, 'text'], 'Must be a string');
};

const checkImage: PartCheck = (part, path, refuse) => {
  refuseOthers(part, ['type', 'image_url'], path, refuse);
  const [image, at] = [part['image_url'], [...path, 'image_url']];
  if (!isFields(image)) return refuse(at, 'Must be an object');
  refuseOthers(image, ['url', 'detail'], at, refuse);
  if (isGiven(image['detail']) && image['detail'] !== 'auto') {
    refuse([...at, 'detail'], 'Anthropic has no level of detail; only auto can be honoured');
  }
  if (!imageSource(image['url'])) {
    refuse([...at, 'url'], `Must be an http(s) URL, or a base64 data URI of ${IMAGE_TYPES.join(', ')}`);
  }
};

const checkFile: PartCheck = (part, path, refuse) => {
  refuseOthers(part, ['type', 'file'], path, refuse);
  const [file, at] = [part['file'], [...path, 'file']];
  if (!isFields(file)) return refuse(at, 'Must be an object');
  // A `file_id` is among the others: it names a file of another vendor.
  refuseOthers(file, ['file_data', 'filename'], at, refuse);
  checkOptionalString(file, 'filename', at, refuse);
  if (!pdfBase64(file['file_data'])) refuse([...at, 'file_data'], 'Must be a base64 data URI of application/pdf');
};

const TEXT_PARTS: ReadonlyMap<unknown, PartCheck> = new Map([['text', checkText]]);
const USER_PARTS: ReadonlyMap<unknown, PartCheck> = new Map([
  ...TEXT_PARTS,
  ['image_url', checkImage],
  ['file', checkFile],
]);

/** Checks content that may hold text only, as that of every role but the user's. */
export function checkTextContent(content: unknown, path: Path, refuse: Refuse): void {
  checkContent(content, path, TEXT_PARTS, refuse);
}

export function checkUserContent(content: unknown, path: Path, traits: ModelTraits, refuse: Refuse): void {
  checkContent(content, path, USER_PARTS, refuse);
  if (traits.images !== false || !Array.isArray(content)) return;
  content.forEach((part, index) => {
    if (isFields(part) && part['type'] === 'image_url') refuse([...path, index], 'The model takes no images');
  });
}

function checkContent(content: unknown, path: Path, known: ReadonlyMap<unknown, PartCheck>, refuse: Refuse): void {
  if (typeof content === 'string') return;
  if (!Array.isArray(content)) return refuse(path, 'Must be a string or a list of parts');
  content.forEach((part: unknown, index) => {
    const at = [...path, index];
    if (!isFields(part)) return refuse(at, 'Must be an object');
    const check = known.get(part['type']);
    if (check) check(part, at, refuse);
    else refuse([...at, 'type'], `Must be ${[...known.keys()].join(', ')}`);
  });
}

/** Whether nothing is left of the content: the vendor refuses empty blocks of text, so they are not sent. */
export function isEmpty(content: unknown): boolean {
  if (!Array.isArray(content)) return content === '' || !isGiven(content);
  return content.every((part) => isFields(part) && part['type'] === 'text' && part['text'] === '');
}

/** The blocks of content that was checked, without empty texts. */
export function toBlocks(content: Content): (TextBlock | ImageBlock | DocumentBlock)[] {
  const parts: readonly ContentPart[] =
    typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []);
  return parts.flatMap((part) => toBlock(part) ?? []);
}

/** The blocks of content that was checked to be text. */
export function toTextBlocks(content: Content): TextBlock[] {
  return toBlocks(content).filter((block) => block.type === 'text');
}

function toBlock(part: ContentPart): TextBlock | ImageBlock | DocumentBlock | null {
  if (part.type === 'text') return part.text === '' ? null : { type: 'text', text: part.text };
  if (part.type === 'image_url') {
    const source = imageSource(part.image_url.url);
    return source && { type: 'image', source };
  }
  const data = pdfBase64(part.file.file_data);
  if (data === null) return null;
  const title = part.file.filename;
  return {
    type: 'document',
    source: { type: 'base64', media_type: 'application/pdf', data },
    ...(title ? { title } : {}),
  };
}

function imageSource(url: unknown): ImageBlock['source'] | null {
  if (typeof url !== 'string') return null;
  if (/^https?:\/\/./i.test(url.slice(0, 16))) return { type: 'url', url };
  const data = readDataUri(url);
  const mediaType = IMAGE_TYPES.find((type) => type === data?.mediaType);
  return data && mediaType ? { type: 'base64', media_type: mediaType, data: data.base64 } : null;
}

function pdfBase64(fileData: unknown): string | null {
  const data = typeof fileData === 'string' ? readDataUri(fileData) : null;
  return data?.mediaType === 'application/pdf' ? data.base64 : null;
}
