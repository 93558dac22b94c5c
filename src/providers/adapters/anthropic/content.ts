import { partsOf, type Content, type FilePart, type ImagePart, type TextPart } from '../../translation/chat';
import { checkPdf, imageCheck, pdfBase64, TEXT_PARTS, type PartChecks } from '../../translation/check-content';
import { readDataUri } from '../../translation/data-uri';
import { IMAGE_TYPES, type DocumentBlock, type ImageBlock, type TextBlock } from './params';

/** A part of a message's content, once it is checked. */
export type Part = TextPart | ImagePart | FilePart;

const IMAGE_MUST = `Must be an http(s) URL, or a base64 data URI of ${IMAGE_TYPES.join(', ')}`;

export const USER_PARTS: PartChecks = new Map([
  ...TEXT_PARTS,
  ['image_url', imageCheck('Anthropic', (url) => imageSource(url) !== null, IMAGE_MUST)],
  ['file', checkPdf],
]);

/** The blocks of content that was checked, without empty texts. */
export function toBlocks(content: Content<Part>): (TextBlock | ImageBlock | DocumentBlock)[] {
  return partsOf(content).flatMap((part) => toBlock(part) ?? []);
}

/** The blocks of content that was checked to be text. */
export function toTextBlocks(content: Content<Part>): TextBlock[] {
  return toBlocks(content).filter((block) => block.type === 'text');
}

function toBlock(part: Part): TextBlock | ImageBlock | DocumentBlock | null {
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
