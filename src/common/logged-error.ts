/** As deep as a chain of causes is followed: it may be a ring. */
const MAX_CAUSES = 5;

/** Also what another realm or thread threw, which is no `Error` of ours. */
interface ErrorLike {
  readonly name?: unknown;
  readonly message: string;
  readonly stack?: string;
  readonly code?: unknown;
  readonly cause?: unknown;
}

interface LoggedFields {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: string | number;
  readonly cause?: string;
}

/**
 * What is logged of an error: these fields and nothing else, because others carry what a query was sent with (`parameters` of
 * TypeORM, `detail` and `where` of Postgres). An error itself, so that any logger of a host knows it as one.
 */
export class LoggedError extends Error {
  static {
    // A console shows the class too, which says nothing here: `Error [RangeError]: …`.
    Object.defineProperty(this, 'name', { value: 'Error' });
  }

  readonly code?: string | number;
  /** The messages of the causes, outermost first. */
  override readonly cause?: string;

  private constructor(error: ErrorLike) {
    super(error.message);
    const causes = causesOf(error);
    this.name = nameOf(error);
    this.stack = [error, ...causes].map(({ stack, message }) => stack ?? message).join('\ncaused by: ');
    if (typeof error.code === 'string' || typeof error.code === 'number') this.code = error.code;
    if (causes.length > 0) this.cause = causes.map(({ message }) => message).join(': ');
  }

  /** What to log in place of what was thrown, which need not be an error. */
  static of(thrown: unknown): unknown {
    return isErrorLike(thrown) && !(thrown instanceof LoggedError) ? new LoggedError(thrown) : thrown;
  }

  /** Plain JSON would leave out the message and the stack. */
  toJSON(): LoggedFields {
    const { name, message, stack, code, cause } = this;
    return { name, message, stack, ...(code !== undefined && { code }), ...(cause !== undefined && { cause }) };
  }
}

function causesOf(error: ErrorLike): ErrorLike[] {
  const causes: ErrorLike[] = [];
  for (let { cause } = error; isErrorLike(cause) && causes.length < MAX_CAUSES; { cause } = cause) causes.push(cause);
  return causes;
}

/** The name of its class where it has no better one of its own; `pg` calls all of its errors "error". */
function nameOf(error: ErrorLike): string {
  if (typeof error.name === 'string' && !/^(error)?$/i.test(error.name)) return error.name;
  return error instanceof Error ? error.constructor.name : 'Error';
}

function isErrorLike(thrown: unknown): thrown is ErrorLike {
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown && typeof thrown.message === 'string';
}
