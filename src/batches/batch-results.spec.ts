import fc from 'fast-check';
import { joined } from './batch-results';

async function* pieces(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    yield bytes.subarray(at, cut);
    at = Math.max(at, Math.min(cut, bytes.length));
  }
  yield bytes.subarray(at);
}

describe('joined', () => {
  it('makes a list of JSON lines, however they come in pieces, and leaves the pieces as they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.json(), { maxLength: 8 }),
        fc.array(fc.nat(120), { maxLength: 8 }),
        async (lines, cuts) => {
          const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
          const before = Buffer.from(bytes);
          const chunks: Buffer[] = [];
          for await (const chunk of joined(pieces(bytes, cuts))) chunks.push(chunk);
          expect(Buffer.concat(chunks).toString()).toBe(lines.join(','));
          expect(bytes.equals(before)).toBe(true);
        },
      ),
      { seed: 20276, numRuns: 100 },
    );
  });
});
