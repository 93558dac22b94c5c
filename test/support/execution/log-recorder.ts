import type { LoggerService } from '@nestjs/common';

export interface LogLine {
  readonly level: 'log' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Keeps what every application of the process logs. Nest has one logger for them all. */
export class LogRecorder implements LoggerService {
  readonly lines: LogLine[] = [];

  log(...line: unknown[]): void {
    this.keep('log', line);
  }

  warn(...line: unknown[]): void {
    this.keep('warn', line);
  }

  error(...line: unknown[]): void {
    this.keep('error', line);
  }

  fatal(...line: unknown[]): void {
    this.keep('error', line);
  }

  count(message: string): number {
    return this.lines.filter((line) => line.message === message).length;
  }

  /** Errors of the database that were logged with that code. */
  databaseErrors(code: string): LogLine[] {
    return this.lines.filter(({ fields }) => readCode(fields.err) === code);
  }

  private keep(level: LogLine['level'], line: unknown[]): void {
    const fields = line.find((part) => typeof part === 'object' && part !== null) ?? {};
    const message = line.find((part) => typeof part === 'string') ?? '';
    this.lines.push({ level, message: String(message), fields: { ...fields } });
  }
}

function readCode(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
