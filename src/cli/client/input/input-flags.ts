import { UsageError } from '../exit-code';
import type { InputFormat } from './input-format';
import type { InputOptions } from './read-requests';
import type { RowOptions } from './row-request';

const ROW_URLS = ['/v1/chat/completions', '/v1/embeddings'];

/** The options of a command that reads requests. */
export interface InputFlags {
  readonly format?: InputFormat;
  readonly model?: string;
  readonly prompt?: string;
  readonly system?: string;
  readonly idColumn?: string;
  readonly maxTokens?: number;
  readonly url?: string;
  readonly delimiter?: string;
  readonly window?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** @throws UsageError for options that do not go together */
export function toInputOptions(path: string, flags: InputFlags): InputOptions {
  const { format = null, url, delimiter } = flags;
  return { path, format, url, delimiter, rows: rowOptions(flags) };
}

function rowOptions({ model, prompt, system, idColumn, maxTokens, url }: InputFlags): RowOptions | null {
  if (prompt === undefined) {
    const given = { '--model': model, '--system': system, '--id-column': idColumn, '--max-tokens': maxTokens };
    const alone = Object.entries(given).find(([, value]) => value !== undefined);
    if (alone) throw new UsageError(`${alone[0]} is for rows of data, and needs --prompt.`);
    return null;
  }
  if (model === undefined) throw new UsageError('--prompt needs --model, such as --model openai/gpt-4o-mini.');
  if (url !== undefined && !ROW_URLS.includes(url)) {
    throw new UsageError(`Rows become requests for ${ROW_URLS.join(' or ')}; others have to be written as requests.`);
  }
  if (url === '/v1/embeddings' && (system !== undefined || maxTokens !== undefined)) {
    throw new UsageError('An embedding takes neither --system nor --max-tokens.');
  }
  return { model, prompt, system, idColumn, maxTokens, url };
}
