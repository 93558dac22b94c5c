import { OperationReader, readOperations, type RowsPlace } from './read-operation';

const rows = (...keys: string[]) => keys.map((key) => ({ metadata: { key }, response: { big: true } }));

async function read(document: object, place: RowsPlace | null) {
  const reader = new OperationReader(place);
  const found: unknown[] = [];
  const source = (async function* () {
    for (const byte of Buffer.from(JSON.stringify(document, null, 1))) yield Buffer.from([byte]);
  })();
  for await (const row of reader.rows(source)) found.push(JSON.parse(row.toString()));
  return { found, reader };
}

const METADATA = { '@type': 'x', displayName: 'd', batchStats: { requestCount: '2' }, inputConfig: { requests: [1] } };
const FACTS = { name: 'batches/b1', metadata: { displayName: 'd', batchStats: { requestCount: '2' } } };

describe('OperationReader', () => {
  it.each<[string, object, object]>([
    ['doubly nested', { inlinedResponses: { inlinedResponses: rows('a', 'b') } }, {}],
    ['flat', { inlinedResponses: rows('a', 'b') }, {}],
    ['of embeddings', { inlinedEmbedContentResponses: { inlinedResponses: rows('a', 'b') } }, {}],
  ])('hands out answers that are %s, from the place that is asked for', async (_, answers, none) => {
    const both = { name: 'batches/b1', metadata: { ...METADATA, output: answers }, done: true, response: answers };
    for (const place of ['response', 'metadata.output'] as const) {
      const { found, reader } = await read(both, place);
      expect(found).toEqual(rows('a', 'b'));
      expect(reader.document).toEqual(FACTS);
    }
    const { found, reader } = await read({ ...both, response: none }, 'response');
    expect([found, reader.hasOther('metadata.output'), reader.hasOther('response')]).toEqual([[], true, false]);
    expect((await read(both, null)).found).toEqual([]);
  });

  it('reads the name of a file of answers at either place, and an error', async () => {
    const error = { code: 13, message: 'x' };
    const file = { responsesFile: 'files/f1' };
    const document = { name: 'batches/b1', metadata: { output: file }, response: file, error, other: [1] };
    expect((await read(document, 'response')).reader.document).toEqual({
      name: 'batches/b1',
      metadata: { output: file },
      response: file,
      error,
    });
  });

  it('takes nothing for answers that only looks like it', async () => {
    const document = { name: 'b', response: { candidates: rows('a'), inlinedResponses: { other: rows('b') } } };
    expect((await read(document, 'response')).found).toEqual([]);
  });
});

describe('readOperations', () => {
  it('keeps the facts of every entry, and no answers', async () => {
    const answers = { inlinedResponses: { inlinedResponses: rows('a') } };
    const operation = { name: 'batches/b1', metadata: { ...METADATA, output: answers }, response: answers };
    const page = { operations: [operation, 7, [], operation], unreachable: [], nextPageToken: 'n' };
    const source = (async function* () {
      yield Buffer.from(JSON.stringify(page));
    })();
    const facts = { name: 'batches/b1', metadata: FACTS.metadata };
    const { operations, ...rest } = (await readOperations(source)) as { operations: unknown[] };
    expect([[...operations], rest]).toEqual([[facts, undefined, undefined, facts], { nextPageToken: 'n' }]);
  });
});
