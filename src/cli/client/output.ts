import type { ShownBatch } from './batch';

/** All but tab and line feed: what others wrote must not steer this terminal. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Where a command writes; `process` in the end. */
export interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** What was asked for goes to standard output, and what is said about it to standard error. */
export class Output {
  constructor(
    readonly streams: Streams,
    /** Whether what was asked for is to be JSON, a document a line. */
    readonly asJson: boolean,
  ) {}

  /** A sentence about what goes on. */
  tell(message: string): void {
    this.streams.stderr.write(`${message.replace(CONTROL, '�')}\n`);
  }

  json(value: unknown): void {
    this.streams.stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** Rows under their heads on a terminal; else cells with a tab between them. */
  table(heads: readonly string[], rows: readonly (readonly string[])[]): void {
    const { stdout } = this.streams;
    const clean = rows.map((row) => row.map((cell) => cell.replace(CONTROL, '�').replaceAll(/[\t\n]/g, ' ')));
    const lines = stdout.isTTY ? aligned([heads, ...clean]) : clean.map((row) => row.join('\t'));
    for (const line of lines) stdout.write(`${line}\n`);
  }

  /** A batch, a field a line. */
  batch(batch: ShownBatch): void {
    if (this.asJson) return this.json(batch);
    const { request_counts: counts, errors_detail: errors = [] } = batch;
    const rows = [
      ['id', batch.id],
      ['status', batch.status],
      ['model', batch.model],
      ...(typeof batch.retry_of === 'string' ? [['retry of', batch.retry_of]] : []),
      ['requests', String(counts.total)],
      ['succeeded', String(counts.completed)],
      ['failed', String(counts.failed)],
      ['created', toIso(batch.created_at)],
      ['expires', toIso(batch.expires_at)],
      ...errors.map(({ code, message }) => ['error', `${code}: ${message}`]),
    ];
    this.table(['', ''], rows);
  }
}

export function toIso(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString().replace('.000Z', 'Z');
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return lines.filter((line) => line !== '');
}
