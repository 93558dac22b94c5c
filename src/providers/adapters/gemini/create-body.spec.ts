import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import type { Attempt } from '../../contract/adapter';
import { fileBody, inlineBody } from './create-body';

const attempt = (itemCount: number) => ({ token: 'abcd1234', itemCount }) as Attempt;

describe('inlineBody', () => {
  it('has each line as a request with its key, byte for byte and wherever the lines are cut', async () => {
    const request = fc
      .tuple(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('1.10', '12345678901234567890', '1e999', '"é"'))
      .map(([value, number]) => `{"v":${JSON.stringify(value)},"n": ${number}}`);
    const property = fc.asyncProperty(
      fc.array(request, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 40 }),
      async (requests, size) => {
        const bytes = Buffer.from(requests.map((each, index) => `{"key":"r${index}","request":${each}}\n`).join(''));
        const chunks: Buffer[] = [];
        for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
        const open = () => Readable.from(chunks, { objectMode: false });
        const elements = requests.map((each, index) => `{"request":${each},"metadata":{"key":"r${index}"}}`);
        const { body: sent, length } = inlineBody(attempt(requests.length), { bytes: bytes.length, open });
        const body = await text(sent as Readable);
        expect(body).toBe(
          `{"batch":{"displayName":"meshbatch-abcd1234","inputConfig":{"requests":{"requests":[${elements.join(',')}]}}}}`,
        );
        expect(length).toBe(Buffer.byteLength(body));
      },
    );
    await fc.assert(property, { numRuns: 100 });
  });
});

describe('fileBody', () => {
  it('names the file', () => {
    expect(JSON.parse(fileBody(attempt(1), 'f1').body as string)).toEqual({
      batch: { displayName: 'meshbatch-abcd1234', inputConfig: { fileName: 'files/f1' } },
    });
  });
});
