import { timeoutHours } from './timeout-hours';

describe('timeoutHours', () => {
  it.each([
    ['1h', 1],
    ['24h', 24],
    ['7d', 168],
  ])('reads %s', (window, hours) => {
    expect(timeoutHours(window)).toBe(hours);
  });

  it.each(['', '24', '1w', '-1h', '1.5h'])('does not take %j', (window) => {
    expect(() => timeoutHours(window)).toThrow(RangeError);
  });
});
