/** An index is in the schema of its table, which need not be the one that names are looked up in. */
export function placed(table: string, index: string): string {
  return [...table.split('.').slice(0, -1), index].join('.');
}
