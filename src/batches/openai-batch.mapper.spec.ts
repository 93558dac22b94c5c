import type OpenAI from 'openai';
import type { BatchEntity } from './batch.entity';
import { toBatch } from './batch.mapper';
import { toOpenAiBatch, toOpenAiSummary } from './openai-batch.mapper';

const AT = new Date(0);
const TOKENS = { input_tokens: 5, output_tokens: 6, total_tokens: 11 };
const batchOf = (facts: Partial<BatchEntity>) =>
  ({ createdAt: AT, expiresAt: AT, errors: [], usage: null, status: 'completed', ...facts }) as BatchEntity;
/** The members that the vendor's own types have. */
const shown = (
  facts: Partial<BatchEntity>,
): Pick<OpenAI.Batch, 'usage'> & { errors: OpenAI.Batch['errors'] | null } => {
  const { errors, usage } = toOpenAiBatch(batchOf(facts));
  const members = { errors: errors && { ...errors, data: [...errors.data] }, ...(usage && { usage }) };
  const inLists = toOpenAiSummary(batchOf(facts));
  expect([inLists.errors, inLists.usage]).toEqual([errors, usage]);
  return members;
};

describe('a batch as OpenAI’s clients know it', () => {
  it('tells why it failed, and nothing where it did not', () => {
    const errors = [
      { code: 'invalid_url', message: 'No', line: 3, item: 'a' },
      { code: 'rejected', message: 'Nor' },
    ];
    expect(shown({ status: 'failed', errors }).errors).toEqual({
      object: 'list',
      data: [
        { code: 'invalid_url', message: 'No', param: null, line: 3 },
        { code: 'rejected', message: 'Nor', param: null, line: null },
      ],
    });
    expect(shown({ status: 'completed', errors }).errors).toBeNull();
  });

  it('has the details of its usage, nothing where they were not counted', () => {
    const { usage } = shown({ usage: { ...TOKENS, cached_tokens: 4, reasoning_tokens: 2 } });
    expect(usage).toEqual({
      ...TOKENS,
      input_tokens_details: { cached_tokens: 4 },
      output_tokens_details: { reasoning_tokens: 2 },
    });
    expect(shown({ usage: TOKENS }).usage?.input_tokens_details.cached_tokens).toBe(0);
    expect(toOpenAiBatch(batchOf({})).usage).toBeNull();
  });

  it('leaves our own shape alone', () => {
    const own = toBatch(batchOf({ status: 'failed', usage: { ...TOKENS, cached_tokens: 4, reasoning_tokens: 2 } }));
    expect(own.usage).toEqual(TOKENS);
    expect(own).not.toHaveProperty('errors');
  });
});
