import fc from 'fast-check';
import type { ProviderAdapter } from '../providers/contract/adapter';
import { ProviderRegistry } from '../providers/provider-registry';
import { FileScanRun } from './file-scan-run';
import { isBlankLine, readUploadedLine } from './uploaded-line';

const LIMITS = { maxBodyBytes: 100_000, maxBatchItems: 300 };
const adapter = {
  id: 'acme',
  capabilities: {
    endpoints: ['/v1/chat/completions'],
    maxItems: 100,
    maxBytes: 1e6,
    maxLineBytes: 5000,
    minItems: 1,
    extraWindows: [],
  },
  check: ({ body }: { body: Buffer }) => (body.includes('logit_bias') ? [{ path: ['logit_bias'], message: 'No' }] : []),
} as unknown as ProviderAdapter;
const REGISTRY = new ProviderRegistry([adapter], {
  providers: [{ id: 'acme', name: 'Acme', batch: 'adapter', passThrough: true }],
  models: [],
});

async function scan(chunks: readonly Buffer[]) {
  const run = new FileScanRun({ registry: REGISTRY, limits: LIMITS, hashKey: Buffer.alloc(16) });
  const source = (async function* () {
    yield* chunks;
  })();
  const kept: Buffer[] = [];
  for await (const piece of run.read(source)) kept.push(piece);
  return { kept: Buffer.concat(kept), ...run.result() };
}

const scanText = (text: string) => scan([Buffer.from(text)]);
const line = (id: unknown, more: object = {}) =>
  JSON.stringify({ custom_id: id, url: '/v1/chat/completions', body: { model: 'acme/a', ...more } });

describe('FileScanRun', () => {
  it('keeps the bytes of a faulty file, and names its lines, blank ones counted', async () => {
    const text = `\ufeff${line('a')}\r\n\r\n \n${line(5)}\n${line('a')}\n`;
    const { kept, refusal, items } = await scanText(text);
    expect([kept.toString(), items]).toEqual([text, null]);
    expect(refusal).toMatchObject({ code: 'validation_error' });
    expect((refusal?.extras.details as { loc: unknown }[]).map(({ loc }) => loc)).toEqual([
      ['body', 'input_file_id', 4, 'custom_id'],
      ['body', 'input_file_id', 5, 'custom_id'],
    ]);
  });

  it.each([
    ['what is not JSON', `${line('a')}\n\n{"custom_id": oh}\n${line('b')}`, 'validation_error', 3],
    ['a line that is too long', `${line('a')}\n${line('b', { x: 'x'.repeat(5000) })}`, 'request_too_large', 2],
    ['a field that cannot be honoured', `\n${line('a', { logit_bias: {} })}`, 'unsupported_parameter', 2],
    ['an unknown model', line('a', { model: 'who' }), 'model_not_found', undefined],
  ])('finds %s as a create would', async (_, text, code, inLine) => {
    const { refusal } = await scanText(text);
    expect(refusal?.code).toBe(code);
    const [first] = [refusal?.extras.details].flat() as { loc?: unknown[] }[];
    expect(first?.loc?.[2]).toBe(inLine);
    if (code === 'request_too_large') expect(refusal?.message).toContain('Line 2 is larger');
  });

  it.each([
    ['two models', `${line('a')}\n${line('b', { model: 'acme/b' })}`, 'mixed_models'],
    ['nothing', '', 'validation_error'],
    ['too many requests', Array.from({ length: 301 }, (_, index) => line(`${index}`)).join('\n'), 'payload_too_large'],
  ])('finds %s', async (_, text, code) => {
    expect((await scanText(text)).refusal?.code).toBe(code);
  });

  it('throws for more bytes than are taken', async () => {
    await expect(scanText(' '.repeat(LIMITS.maxBodyBytes + 1))).rejects.toMatchObject({ code: 'payload_too_large' });
  });

  it('notes where each item can be read back, however the file is written and cut', async () => {
    const space = fc.constantFrom('', ' ', '\t', '\r');
    const blank = fc.constantFrom('', '\n', ' \r\n', '\r\n\n');
    const written = fc.array(fc.record({ blank, before: space, after: space, text: fc.string() }), { minLength: 1 });
    const shape = fc.record({
      written,
      marked: fc.boolean(),
      ended: fc.boolean(),
      size: fc.integer({ min: 1, max: 90 }),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ written, marked, ended, size }) => {
        const lines = written.map(({ blank, before, after, text }, index) => {
          return `${blank}${before}${line(`${index}`, { text })}${after}`;
        });
        const bytes = Buffer.from(`${marked ? '\ufeff' : ''}${lines.join('\n')}${ended ? '\n' : ''}`);
        const cut = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
          bytes.subarray(at * size, (at + 1) * size),
        );
        const { kept, items } = await scan(cut);
        expect(kept.equals(bytes)).toBe(true);
        const { offsets } = items!.lines;
        expect([offsets.length, offsets[0]]).toEqual([lines.length + 1, 0]);
        written.forEach(({ text }, index) => {
          const piece = bytes
            .subarray(offsets[index], offsets[index + 1])
            .toString()
            .replace(/^\ufeff/, '');
          const [only, ...others] = piece
            .split('\n')
            .map((each) => Buffer.from(each))
            .filter((each) => !isBlankLine(each));
          expect(others).toEqual([]);
          const { customIdJson, body } = readUploadedLine(only!);
          expect([JSON.parse(customIdJson.toString()), JSON.parse(body.toString())]).toEqual([
            `${index}`,
            { model: 'acme/a', text },
          ]);
        });
      }),
      { numRuns: 60 },
    );
  });
});
