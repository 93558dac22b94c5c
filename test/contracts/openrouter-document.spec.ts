import { toItemId } from '../../src/execution/item-id';
import type { ItemOutcome, ProviderAdapter } from '../../src/providers/contract/adapter';
import { MemoryWatch } from './blob-store.contract';
import { completed, HEAD, withDocument } from './openrouter.harness';
import { TOKENS } from './scenario';

const { signal } = new AbortController();

describe('the document of an OpenRouter batch', () => {
  const poll = async (adapter: ProviderAdapter, id: string) => adapter.poll(id, signal);
  const drain = async (adapter: ProviderAdapter, id: string) => {
    const found: ItemOutcome[] = [];
    for await (const outcome of adapter.results(id, signal, '/v1/chat/completions')) found.push(outcome);
    return found;
  };

  it.each([
    ['no more than it must', true, 30e6],
    ['all of it, where the fields come last', false, Infinity],
  ])('is polled by reading %s, in little memory', async (_, fieldsFirst, most) => {
    let sent = 0;
    const counted = function* () {
      for (const piece of completed(1000, 60_000, fieldsFirst)) {
        sent += piece.length;
        yield piece;
      }
    };
    await withDocument(counted, async (adapter, id) => {
      const memory = new MemoryWatch();
      expect(await poll(adapter, id)).toMatchObject({ state: 'completed', counts: { total: 1000 } });
      memory.sample();
      expect(memory.peakMiB).toBeLessThan(24);
    });
    // What lies in the buffers of the connection is sent as well.
    expect([fieldsFirst || sent > 60e6, sent < most]).toEqual([true, true]);
  });

  it.each<[string, string]>([
    ['is cut in a field', '{"id":"batch-1","sta'],
    ['is cut behind its fields', `{${HEAD},"request_counts":null`],
    ['is no JSON', '<html>busy</html>'],
    ['is no batch', '{"id":"batch-1"}'],
    ['is empty', ''],
  ])('is never taken for one when it %s', async (_, text) => {
    await withDocument(
      () => [text],
      async (adapter, id) => {
        await expect(poll(adapter, id)).rejects.toMatchObject({ name: 'ProviderCallError', failure: 'ambiguous' });
        await expect(drain(adapter, id)).rejects.toMatchObject({
          name: expect.stringMatching(/^(ProviderCallError|IncompleteDownloadError)$/),
        });
      },
    );
  });

  it('is not whole when it is completed and has no results', async () => {
    await withDocument(
      () => [`{${HEAD},"results":null}`],
      async (adapter, id) => {
        await expect(drain(adapter, id)).rejects.toMatchObject({ name: 'IncompleteDownloadError' });
      },
    );
  });

  it('is read whatever state it names, since a batch that ended early may have results one day', async () => {
    const row = `{"custom_id":"${toItemId(0, TOKENS[0])}","response":null,"error":{"type":"server"}}`;
    await withDocument(
      () => [`{"id":"batch-1","status":"expired","created_at":1,"results":[\n${row}\n]}`],
      async (adapter, id) => {
        expect(await drain(adapter, id)).toMatchObject([{ response: { statusCode: 500 } }]);
      },
    );
  });

  it('with a state that nobody knows is polled on', async () => {
    await withDocument(
      () => ['{"id":"batch-1","status":"resting","created_at":1,"results":null,"new":{"a":[1]}}'],
      async (adapter, id) => {
        expect(await poll(adapter, id)).toMatchObject({ state: 'in_progress', counts: null });
        expect(await drain(adapter, id)).toEqual([]);
      },
    );
  });
});
