import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { UsageError } from '../exit-code';
import { MAX_ITEM_BYTES, type InputItem } from './input-item';
import type { Row } from './prompt-template';

/** The rows of a table whose first line names its columns; cells may hold line feeds. Throws {@link UsageError}. */
export async function* readCsvRows(source: AsyncIterable<Uint8Array>, delimiter: string): AsyncGenerator<InputItem> {
  const parser = parse({
    delimiter,
    columns: uniqueColumns,
    skip_empty_lines: true,
    info: true,
    max_record_size: MAX_ITEM_BYTES,
  });
  const input = Readable.from(source);
  input.on('error', (error) => parser.destroy(error));
  input.pipe(parser);
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: Row; info: { lines: number } }>) {
      // Of a row of several lines the parser tells the last.
      yield { value: record, json: null, line: info.lines };
    }
  } catch (error) {
    if (error instanceof CsvError) throw new UsageError(`The table cannot be read: ${error.message}.`);
    throw error;
  } finally {
    input.destroy();
  }
}

function uniqueColumns(header: string[]): string[] {
  const names = header.map((name) => name.trim());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`The table has the column ${JSON.stringify(twice)} twice.`);
  return names;
}
