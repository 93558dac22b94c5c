import { PassThrough } from 'node:stream';
import { openInput } from './open-input';

describe('openInput', () => {
  let stdin: PassThrough;
  let interrupt: AbortController;

  beforeEach(() => {
    [stdin, interrupt] = [new PassThrough(), new AbortController()];
    jest.spyOn(process, 'stdin', 'get').mockReturnValue(stdin as unknown as typeof process.stdin);
  });
  afterEach(() => jest.restoreAllMocks());

  it('ends with the signal while nothing comes', async () => {
    const opened = openInput('-', interrupt.signal);
    stdin.write('{');
    setImmediate(() => interrupt.abort());
    await expect(opened).rejects.toThrow();
    expect(stdin.destroyed).toBe(true);
  });

  it('ends with the signal while nothing more comes', async () => {
    const text = 'x'.repeat(70_000);
    stdin.write(text);
    const { beginning, bytes } = await openInput('-', interrupt.signal);
    expect(beginning).toBe(text);
    const read = async () => {
      for await (const chunk of bytes) setImmediate(() => interrupt.abort(chunk));
    };
    await expect(read()).rejects.toThrow();
    expect(stdin.destroyed).toBe(true);
  });
});
