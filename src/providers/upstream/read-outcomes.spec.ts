import { Readable } from 'node:stream';
import { MAX_LINE_BYTES } from '../../common/jsonl/limits';
import { IncompleteDownloadError, type ItemOutcome } from '../contract/adapter';
import { toOutcome } from '../adapters/anthropic/from-row';
import { readOutcomes } from './read-outcomes';

async function read(text: string): Promise<ItemOutcome[]> {
  const outcomes: ItemOutcome[] = [];
  for await (const outcome of readOutcomes(Readable.from([Buffer.from(text)]), (line) => toOutcome(line, 0)))
    outcomes.push(outcome);
  return outcomes;
}
const row = (id: string, type = 'expired') => JSON.stringify({ custom_id: id, result: { type } });
const told = (outcomes: readonly ItemOutcome[]) => outcomes.map(({ itemId, error }) => [itemId, error?.code]);

describe('readOutcomes', () => {
  it('reads none of an empty download', async () => {
    expect(await read('')).toEqual([]);
  });

  it('reads on behind whole rows that it cannot read', async () => {
    const lines = [row('r1'), '{"custom_id":"r2","result":<html>', row('r3', 'vanished'), '{}', row('r4', 'canceled')];
    expect(told(await read(`${lines.join('\n')}\n`))).toEqual([
      ['r1', 'batch_expired'],
      ['r2', 'provider_bad_row'],
      ['r3', 'provider_bad_row'],
      ['', 'provider_bad_row'],
      ['r4', 'batch_cancelled'],
    ]);
  });

  it('takes a last row that lacks its newline, when it is whole', async () => {
    expect(told(await read(`${row('r1')}\n${row('r2')}`))).toHaveLength(2);
    await expect(read(`${row('r1')}\n${row('r2').slice(0, -1)}`)).rejects.toBeInstanceOf(IncompleteDownloadError);
    expect(told(await read(`${row('r2').slice(0, -1)}\n`))).toEqual([['r2', 'provider_bad_row']]);
  });

  it('takes a row that does not end for a download that is not whole', async () => {
    const endless = readOutcomes(Readable.from([Buffer.alloc(MAX_LINE_BYTES + 1)]), () => null);
    await expect(endless.next()).rejects.toBeInstanceOf(IncompleteDownloadError);
  });

  it('leaves other failures of the download as they are', async () => {
    const lost = new Error('lost');
    const failing = readOutcomes(Readable.from(rowsUntil(lost)), () => null);
    await expect(failing.next()).rejects.toBe(lost);
  });
});

function* rowsUntil(error: Error): Generator<Buffer> {
  yield Buffer.from('{"a":');
  throw error;
}
