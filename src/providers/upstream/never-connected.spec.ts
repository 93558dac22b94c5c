import { errors } from 'undici';
import { neverConnected } from './never-connected';

const failure = (code: string, syscall?: string) => Object.assign(new Error(code), { code, syscall });
const several = (code: string, ...all: Error[]) => Object.assign(new AggregateError(all), { code });

describe('neverConnected', () => {
  it.each([
    ['a refused connection', failure('ECONNREFUSED', 'connect'), true],
    ['a name that nobody knows', failure('ENOTFOUND', 'getaddrinfo'), true],
    ['no answer about a name', failure('EAI_AGAIN', 'getaddrinfo'), true],
    ['a connect that takes too long', new errors.ConnectTimeoutError(), true],
    ['no way to a host', failure('EHOSTUNREACH', 'connect'), true],
    ['no way to a network', failure('ENETUNREACH', 'connect'), true],
    ['a way to a host that was lost', failure('EHOSTUNREACH', 'read'), false],
    ['a way to a network that was lost', failure('ENETUNREACH', 'write'), false],
    ['a lost way that does not tell when', failure('EHOSTUNREACH'), false],
    ['no way to any address', several('ENETUNREACH', failure('ENETUNREACH', 'connect')), true],
    ['refused at every address', several('ECONNREFUSED', failure('ECONNREFUSED', 'connect')), true],
    ['a wrapped failure to connect', new Error('failed', { cause: failure('EHOSTUNREACH', 'connect') }), true],
    ['a wrapped way that was lost', new Error('failed', { cause: failure('EHOSTUNREACH', 'read') }), false],
    ['a reset', failure('ECONNRESET', 'read'), false],
    ['no error', undefined, false],
  ])('of %s', (_, error, never) => {
    expect(neverConnected(error)).toBe(never);
  });
});
