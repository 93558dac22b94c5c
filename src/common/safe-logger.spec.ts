import { ConsoleLogger, Logger } from '@nestjs/common';
import { DatabaseError } from 'pg';
import { QueryFailedError } from 'typeorm';
import { LoggedError } from './logged-error';
import { SafeLogger } from './safe-logger';

const SECRET = 'what-the-user-sent';

/** As a unique violation arrives from TypeORM: the values are in half a dozen properties. */
function queryFailed(): Error {
  const driverError = Object.assign(new DatabaseError('duplicate key', 1, 'error'), {
    code: '23505',
    detail: `Key (id)=(${SECRET}) already exists.`,
    where: `unnamed portal parameter $1 = '${SECRET}'`,
  });
  return new QueryFailedError(`INSERT INTO t VALUES ('${SECRET}')`, [SECRET, { nested: SECRET }], driverError);
}

/** What a host's console shows of `write`. */
function printed(write: (logger: SafeLogger) => void, json = false): string {
  let output = '';
  const keep = (text: unknown) => ((output += String(text)), true);
  const spies = [process.stdout, process.stderr].map((stream) => jest.spyOn(stream, 'write').mockImplementation(keep));
  Logger.overrideLogger(new ConsoleLogger({ colors: false, json }));
  write(new SafeLogger('Here'));
  for (const spy of spies) spy.mockRestore();
  return output;
}

describe.each([false, true])('SafeLogger on the console of a host, JSON: %s', (json) => {
  it.each(['log', 'warn', 'error'] as const)('shows message, fields and stack of %s', (level) => {
    const error = new RangeError('Too far', { cause: new Error('No map') });
    const output = printed((logger) => logger[level]({ err: error, part_id: 'part_1' }, 'A step failed'), json);
    for (const text of ['Here', 'A step failed', 'part_id', 'part_1', 'RangeError', 'Too far', 'No map']) {
      expect(output).toContain(text);
    }
    expect(output).toContain('safe-logger.spec.ts');
  });

  it('never shows the values of a query', () => {
    for (const err of [queryFailed(), new Error('Not stored', { cause: queryFailed() })]) {
      const output = printed((logger) => logger.error({ err }, 'A query failed'), json);
      expect(output).toContain('duplicate key');
      expect(output).not.toContain(SECRET);
    }
  });
});

describe('LoggedError', () => {
  it('keeps name, message, stack and code', () => {
    const error = queryFailed();
    const { message, stack } = error;
    const logged = LoggedError.of(error);
    expect(logged).toBeInstanceOf(Error);
    expect(JSON.parse(JSON.stringify(logged))).toEqual({ name: 'QueryFailedError', message, stack, code: '23505' });
  });

  it('tells the causes, also of a ring', () => {
    const inner: Error & { cause?: unknown } = new TypeError('inner');
    const outer = new Error('outer', { cause: new Error('middle', { cause: inner }) });
    expect(LoggedError.of(outer)).toMatchObject({ message: 'outer', cause: 'middle: inner' });
    expect((LoggedError.of(outer) as Error).stack).toContain('\ncaused by: TypeError: inner\n');
    inner.cause = outer;
    expect(LoggedError.of(outer)).toMatchObject({ cause: 'middle: inner: outer: middle: inner' });
  });

  it('names an error by its class where it has no better name', () => {
    class OddError extends Error {}
    expect(LoggedError.of(new OddError('x'))).toMatchObject({ name: 'OddError' });
    expect(LoggedError.of(new DatabaseError('x', 1, 'error'))).toMatchObject({ name: 'DatabaseError' });
    expect(LoggedError.of(AbortSignal.abort().reason)).toMatchObject({ name: 'AbortError' });
    expect(LoggedError.of({ message: 'from another thread', parameters: [SECRET] })).toMatchObject({ name: 'Error' });
  });

  it('leaves alone what is no error, or is one already', () => {
    const logged = LoggedError.of(new Error('x'));
    for (const thrown of [undefined, null, 'text', 7, logged]) expect(LoggedError.of(thrown)).toBe(thrown);
  });
});
