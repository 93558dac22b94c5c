import {
  partsOf,
  type AudioPart,
  type Content,
  type FilePart,
  type ImagePart,
  type TextPart,
} from '../../translation/chat';
import {
  checkPdf,
  imageCheck,
  pdfBase64,
  TEXT_PARTS,
  type PartCheck,
  type PartChecks,
} from '../../translation/check-content';
import { isFields, refuseOthers } from '../../translation/checks';
import { isBase64, readDataUri } from '../../translation/data-uri';
import type * as request from './request';

/** A part of a message's content, once it is checked. */
export type ChatPart = TextPart | ImagePart | FilePart | AudioPart;

/** Source: ai.google.dev/gemini-api/docs/image-understanding. */
const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/webp', 'image/heic', 'image/heif'];
/** A file in the vendor's own storage, by its Files API or in Google Cloud Storage. */
const STORED_FILE = /^(?:gs:\/\/.|https:\/\/generativelanguage\.googleapis\.com\/v1beta\/files\/[a-z0-9-]+$)/;
const IMAGE_MUST = `Must be a base64 data URI of ${IMAGE_TYPES.join(', ')}, or the URI of a file stored at Google: others are not fetched`;
/** By the caller's name of the format. Source: ai.google.dev/gemini-api/docs/audio. */
const AUDIO_TYPES: ReadonlyMap<unknown, string> = new Map([
  ['wav', 'audio/wav'],
  ['mp3', 'audio/mp3'],
]);

const checkAudio: PartCheck = (part, path, refuse) => {
  refuseOthers(part, ['type', 'input_audio'], path, refuse);
  const [audio, at] = [part['input_audio'], [...path, 'input_audio']];
  if (!isFields(audio)) return refuse(at, 'Must be an object');
  refuseOthers(audio, ['data', 'format'], at, refuse);
  if (!AUDIO_TYPES.has(audio['format'])) refuse([...at, 'format'], `Must be ${[...AUDIO_TYPES.keys()].join(' or ')}`);
  if (typeof audio['data'] !== 'string' || !isBase64(audio['data'])) refuse([...at, 'data'], 'Must be base64');
};

export const USER_PARTS: PartChecks = new Map([
  ...TEXT_PARTS,
  ['image_url', imageCheck('Gemini', (url) => imagePart(url) !== null, IMAGE_MUST)],
  ['file', checkPdf],
  ['input_audio', checkAudio],
]);

/** The texts of content that was checked, without empty ones. */
export function textsOf(content: Content<ChatPart>): string[] {
  return partsOf(content).flatMap((part) => (part.type === 'text' && part.text !== '' ? part.text : []));
}

/** The parts of content that was checked, without empty texts. */
export function toParts(content: Content<ChatPart>): request.Part[] {
  return partsOf(content).flatMap((part) => toPart(part) ?? []);
}

function toPart(part: ChatPart): request.Part | null {
  switch (part.type) {
    case 'text':
      return part.text === '' ? null : { text: part.text };
    case 'image_url':
      return imagePart(part.image_url.url);
    case 'file':
      return { inlineData: { mimeType: 'application/pdf', data: pdfBase64(part.file.file_data) ?? '' } };
    case 'input_audio': {
      const { data, format } = part.input_audio;
      return { inlineData: { mimeType: AUDIO_TYPES.get(format) ?? '', data } };
    }
  }
}

function imagePart(url: unknown): request.InlinePart | request.FilePart | null {
  if (typeof url !== 'string') return null;
  if (STORED_FILE.test(url.slice(0, 512))) return { fileData: { fileUri: url } };
  const data = readDataUri(url);
  return data && IMAGE_TYPES.includes(data.mediaType)
    ? { inlineData: { mimeType: data.mediaType, data: data.base64 } }
    : null;
}
