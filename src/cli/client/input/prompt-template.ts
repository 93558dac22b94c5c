import { UsageError } from '../exit-code';

/** A row of a table, by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>;

const PLACE = /\{\{([^{}]*)\}\}/g;

/** A text with places such as `{{name}}`, each filled from the row's column of that name. */
export class PromptTemplate {
  constructor(private readonly text: string) {}

  /**
   * Text stands as it is, anything else as JSON.
   * @param place where the row is, such as `line 3`
   * @throws UsageError for a column that the row does not have, naming those that it has
   */
  fill(row: Row, place: string): string {
    return this.text.replaceAll(PLACE, (_, column: string) => {
      const value = columnOf(row, column.trim(), place);
      return typeof value === 'string' ? value : JSON.stringify(value);
    });
  }
}

/** @throws UsageError for a column that the row does not have, naming those that it has */
export function columnOf(row: Row, column: string, place: string): unknown {
  if (Object.hasOwn(row, column)) return row[column];
  const columns = Object.keys(row).map((name) => JSON.stringify(name));
  const known = columns.length === 0 ? 'It has none.' : `Its columns are ${columns.join(', ')}.`;
  throw new UsageError(`There is no column ${JSON.stringify(column)} in ${place}. ${known}`);
}
