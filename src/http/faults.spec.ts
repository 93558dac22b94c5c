import 'reflect-metadata';
import { Type } from 'class-transformer';
import {
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateNested,
  validateSync,
} from 'class-validator';
import { ERROR_STATUS, codeOfStatus } from './error-status';
import { toFaults } from './faults';
import type { ErrorCode } from './meshbatch-error';

class Inner {
  @IsString()
  name: unknown;
}

class Outer {
  @IsString()
  @MaxLength(3)
  text: unknown = 'ok';

  @IsInt()
  @Min(1)
  @Max(9)
  count: unknown = 1;

  @IsObject()
  map: unknown = {};

  @IsIn(['a', 'b'])
  word: unknown = 'a';

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => Inner)
  list: unknown = [];
}

const faultsOf = (members: Partial<Outer>) =>
  toFaults(validateSync(Object.assign(new Outer(), members)), ['body', 'requests', 3]);
const inner = (name: unknown) => Object.assign(new Inner(), { name });

describe('toFaults', () => {
  it.each<[Partial<Outer>, string, string]>([
    [{ text: undefined }, 'text', 'missing'],
    [{ text: null }, 'text', 'string_type'],
    [{ text: 5 }, 'text', 'string_type'],
    [{ text: 'long' }, 'text', 'string_too_long'],
    [{ count: 'x' }, 'count', 'int_parsing'],
    [{ count: 0 }, 'count', 'greater_than_equal'],
    [{ count: 10 }, 'count', 'less_than_equal'],
    [{ map: [] }, 'map', 'dict_type'],
    [{ word: 'c' }, 'word', 'literal_error'],
    [{ list: 'x' }, 'list', 'list_type'],
  ])('words %j', (members, key, type) => {
    expect(faultsOf(members)).toMatchObject([{ loc: ['body', 'requests', 3, key], type, msg: expect.any(String) }]);
  });

  it('counts list members as numbers, and goes down to them', () => {
    expect(faultsOf({ list: [inner('x'), inner(1), inner(undefined)] })).toMatchObject([
      { loc: ['body', 'requests', 3, 'list', 1, 'name'], type: 'string_type', input: 1 },
      { loc: ['body', 'requests', 3, 'list', 2, 'name'], type: 'missing' },
    ]);
  });

  it('tells several faulty members, one fault each', () => {
    expect(faultsOf({ text: 5, count: 'x', word: null }).map((fault) => fault.loc.at(-1))).toEqual([
      'text',
      'count',
      'word',
    ]);
  });

  it.each([
    ['a short text', 'long', { input: 'long' }],
    ['null', null, { input: null }],
    ['a number', 12, { input: 12 }],
  ])('tells back %s', (_, text, shown) => {
    expect(faultsOf({ text })[0]).toMatchObject(shown);
  });

  it.each([
    ['a long text', 'x'.repeat(65)],
    ['an object', { secret: 1 }],
    ['a list', ['secret']],
  ])('does not tell back %s', (_, text) => {
    expect(faultsOf({ text })[0]).not.toHaveProperty('input');
  });
});

describe('the status of an error', () => {
  it.each([400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 503])(
    'of %d that the platform decided is kept',
    (status) => {
      expect(ERROR_STATUS[codeOfStatus(status)]).toBe(status);
    },
  );

  it.each([
    [410, 400],
    [418, 400],
    [502, 500],
    [500, 500],
  ])('of %d, which no code has, is %d', (status, told) => {
    expect(ERROR_STATUS[codeOfStatus(status)]).toBe(told);
  });

  it('is what the contract says of each code', () => {
    const said: Partial<Record<ErrorCode, number>> = {
      invalid_api_version: 400,
      mixed_models: 400,
      model_capability_not_supported: 400,
      unsupported_parameter: 400,
      too_few_requests: 400,
      request_too_large: 400,
      unauthorized: 401,
      forbidden: 403,
      model_not_found: 404,
      conflict: 409,
      payload_too_large: 413,
      unsupported_media_type: 415,
      validation_error: 422,
      batch_limit_exceeded: 429,
      not_implemented: 501,
      provider_not_available: 503,
    };
    expect(ERROR_STATUS).toMatchObject(said);
  });
});
