import { checkOptionalString, isFields, isGiven, refuseOthers, type Fields, type Path, type Refuse } from './checks';
import { readDataUri } from './data-uri';

/** Checks a part of a message's content, whose type is known. */
export type PartCheck = (part: Fields, path: Path, refuse: Refuse) => void;

/** The checks by type of part. */
export type PartChecks = ReadonlyMap<unknown, PartCheck>;

const checkText: PartCheck = (part, path, refuse) => {
  refuseOthers(part, ['type', 'text'], path, refuse);
  if (typeof part['text'] !== 'string') refuse([...path, 'text'], 'Must be a string');
};

export const TEXT_PARTS: PartChecks = new Map([['text', checkText]]);

/** A check of images. `isTaken` judges a URL, and `must` says what it must be. */
export function imageCheck(vendor: string, isTaken: (url: unknown) => boolean, must: string): PartCheck {
  return (part, path, refuse) => {
    refuseOthers(part, ['type', 'image_url'], path, refuse);
    const [image, at] = [part['image_url'], [...path, 'image_url']];
    if (!isFields(image)) return refuse(at, 'Must be an object');
    refuseOthers(image, ['url', 'detail'], at, refuse);
    if (isGiven(image['detail']) && image['detail'] !== 'auto') {
      refuse([...at, 'detail'], `${vendor} has no level of detail; only auto can be honoured`);
    }
    if (!isTaken(image['url'])) refuse([...at, 'url'], must);
  };
}

/** Checks a file, which must be a PDF that stands in the body. */
export const checkPdf: PartCheck = (part, path, refuse) => {
  refuseOthers(part, ['type', 'file'], path, refuse);
  const [file, at] = [part['file'], [...path, 'file']];
  if (!isFields(file)) return refuse(at, 'Must be an object');
  // A `file_id` is among the others: it names a file of another vendor.
  refuseOthers(file, ['file_data', 'filename'], at, refuse);
  checkOptionalString(file, 'filename', at, refuse);
  if (!pdfBase64(file['file_data'])) refuse([...at, 'file_data'], 'Must be a base64 data URI of application/pdf');
};

/** The base64 of a PDF's data URI; null for anything else. */
export function pdfBase64(fileData: unknown): string | null {
  const data = typeof fileData === 'string' ? readDataUri(fileData) : null;
  return data?.mediaType === 'application/pdf' ? data.base64 : null;
}

export function checkContent(content: unknown, path: Path, known: PartChecks, refuse: Refuse): void {
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

/** Refuses every image of a content, for a model that takes none. */
export function refuseImages(content: unknown, path: Path, refuse: Refuse): void {
  if (!Array.isArray(content)) return;
  content.forEach((part, index) => {
    if (isFields(part) && part['type'] === 'image_url') refuse([...path, index], 'The model takes no images');
  });
}

/** Whether nothing is said in the content: vendors refuse empty texts, so they are not sent. */
export function isEmpty(content: unknown): boolean {
  if (!Array.isArray(content)) return content === '' || !isGiven(content);
  return content.every((part) => isFields(part) && part['type'] === 'text' && part['text'] === '');
}

/** Refuses texts that are white space alone: to leave one out would change what is said. */
export function refuseBlank(content: unknown, path: Path, refuse: Refuse): void {
  const isBlank = (text: unknown) => typeof text === 'string' && text !== '' && text.trim() === '';
  if (isBlank(content)) refuse(path, 'Must not be white space alone');
  if (!Array.isArray(content)) return;
  content.forEach((part: unknown, index) => {
    if (isFields(part) && isBlank(part['text'])) refuse([...path, index, 'text'], 'Must not be white space alone');
  });
}
