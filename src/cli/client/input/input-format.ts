import { extname } from 'node:path';

export const INPUT_FORMATS = ['json', 'jsonl', 'csv', 'tsv'] as const;
export type InputFormat = (typeof INPUT_FORMATS)[number];

const BY_EXTENSION: Readonly<Record<string, InputFormat>> = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.csv': 'csv',
  '.tsv': 'tsv',
};

/** The format that a file's name tells; null for one that has to be looked into: `.json` is often JSON lines. */
export function formatByName(path: string): InputFormat | null {
  return BY_EXTENSION[extname(path).toLowerCase()] ?? null;
}

/** The format that a beginning looks like; one that ends within its first line is judged by what is there. */
export function formatByBeginning(beginning: string): InputFormat {
  const text = beginning.replace(/^\ufeff/, '').trimStart();
  if (text.startsWith('[')) return 'json';
  if (text !== '' && !text.startsWith('{')) return 'csv';
  const lineFeed = text.indexOf('\n');
  if (lineFeed === -1) return /"requests"\s*:\s*\[/.test(text) ? 'json' : 'jsonl';
  return isWholeItem(text.slice(0, lineFeed)) ? 'jsonl' : 'json';
}

/** Whether a line is an object of its own, and not a document of many. */
function isWholeItem(line: string): boolean {
  try {
    return !Array.isArray((JSON.parse(line) as { requests?: unknown }).requests);
  } catch {
    return false;
  }
}
