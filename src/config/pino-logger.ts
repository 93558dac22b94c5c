import { AsyncLocalStorage } from 'node:async_hooks';
import type { LoggerService } from '@nestjs/common';
import type { Level, Logger } from 'pino';

/** The logger of the request in hand: what is logged meanwhile, however deep, names the request. */
export const requestLogger = new AsyncLocalStorage<Logger>();

const STACK = /\n[ \t]*at /;

/** Nest's logger on pino: one line of JSON with the context, the fields and the message. */
export class PinoLogger implements LoggerService {
  constructor(private readonly root: Logger) {}

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  private write(level: Level, message: unknown, rest: readonly unknown[]): void {
    const logger = requestLogger.getStore() ?? this.root;
    const { context, text } = readRest(rest);
    logger[level]({ ...(context !== undefined && { context }), ...fieldsOf(message, text) }, textOf(message, text));
  }
}

/** Nest puts the context last; before it comes the message of an object, or the stack of a text. */
function readRest(rest: readonly unknown[]): { context?: string; text?: string } {
  const last = rest.at(-1);
  const named = typeof last === 'string' && !STACK.test(last);
  const text = (named ? rest.slice(0, -1) : rest).find((part) => typeof part === 'string');
  return { ...(named && { context: last }), ...(text !== undefined && { text }) };
}

function fieldsOf(message: unknown, text: string | undefined): object {
  if (message instanceof Error) return { err: message };
  if (typeof message === 'object' && message !== null) return message;
  return text !== undefined && STACK.test(text)
    ? { err: { name: 'Error', message: String(message), stack: text } }
    : {};
}

/** Undefined where the fields say it all; pino then takes the message of the error among them, if there is one. */
function textOf(message: unknown, text: string | undefined): string | undefined {
  if (typeof message !== 'object' || message === null) return String(message);
  return text !== undefined && !STACK.test(text) ? text : undefined;
}
