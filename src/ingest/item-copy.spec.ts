import type { ResolvedModel } from '../providers/provider-registry';
import { ItemCopy, type StoredItem } from './item-copy';

const item = (index: number, body: string): StoredItem => ({
  index,
  line: {
    customIdJson: Buffer.from(`"item-${index}"`),
    endpoint: '/v1/chat/completions',
    body: Buffer.from(body),
  },
});
const ITEMS = [item(3, '{"n":1.10}'), item(7, '{"n":"é"}'), item(8, '{"seed":1,"n":12345678901234567890}')];

function resolved(limits: Partial<ResolvedModel['limits']> = {}, unsupported = ''): ResolvedModel {
  const check = ({ body }: { body: Buffer }) =>
    unsupported !== '' && body.includes(unsupported) ? [{ path: [unsupported], message: 'No such field' }] : [];
  return {
    adapter: { capabilities: {}, check },
    limits: { minItems: 1, maxLineBytes: 1_000_000, ...limits },
  } as unknown as ResolvedModel;
}

async function copyOf(model: ResolvedModel, items = ITEMS): Promise<{ text: string; copy: ItemCopy }> {
  const copy = new ItemCopy(model, '/v1/chat/completions', ITEMS.length);
  async function* groups() {
    await Promise.resolve();
    yield items.slice(0, 2);
    yield items.slice(2);
  }
  const chunks: Buffer[] = [];
  for await (const chunk of copy.read(groups())) chunks.push(chunk);
  return { text: Buffer.concat(chunks).toString(), copy };
}

describe('ItemCopy', () => {
  it('copies lines byte for byte and knows where each begins', async () => {
    const { text, copy } = await copyOf(resolved());
    const lines = ITEMS.map(
      ({ line: { customIdJson, endpoint, body } }) =>
        `{"custom_id":${customIdJson.toString()},"method":"POST","url":"${endpoint}","body":${body.toString()}}\n`,
    );
    expect(text).toBe(lines.join(''));
    const ends = lines.map((_, at) => Buffer.byteLength(lines.slice(0, at + 1).join('')));
    expect([...copy.lines.offsets]).toEqual([0, ...ends]);
  });

  it('names what is supported no more by the index in the first batch', async () => {
    await expect(copyOf(resolved({}, 'seed'))).rejects.toMatchObject({
      code: 'unsupported_parameter',
      extras: { details: [{ loc: ['requests', 8, 'body', 'seed'] }] },
    });
  });

  it('refuses what is too large or too few by now', async () => {
    await expect(copyOf(resolved({ maxLineBytes: 1040 }))).rejects.toMatchObject({ code: 'request_too_large' });
    await expect(copyOf(resolved({ minItems: 4 }))).rejects.toMatchObject({ code: 'too_few_requests' });
  });

  it('fails when the stored input lacks an item', async () => {
    await expect(copyOf(resolved(), ITEMS.slice(0, 2))).rejects.toThrow('2 items were found in place of 3');
  });
});
