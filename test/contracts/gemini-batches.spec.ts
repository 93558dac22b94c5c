import { readItemId, toItemId } from '../../src/execution/item-id';
import { createGemini, GEMINI, type InlineLimits } from '../../src/providers/adapters/gemini/gemini.adapter';
import type { ItemOutcome, TargetModel } from '../../src/providers/contract/adapter';
import { BIG_ARGS, SIGNATURE, SPELLED_VECTOR } from '../support/upstreams/gemini/outcomes';
import type { SimulatorOptions } from '../support/upstreams/gemini/types';
import { MemoryWatch } from './blob-store.contract';
import { CannedServer } from './canned-server';
import { FILES_ONLY, FULL_CHAT, gemini, INLINE, KEY, MODEL, type GeminiHarness } from './gemini.harness';
import { ALL, bodyOf, indexesOf, Scenario, TOKENS } from './scenario';
import { repeated, staged } from './staged-lines';

describe('Gemini alone', () => {
  let harness: GeminiHarness;
  let scenario: Scenario<GeminiHarness>;

  async function start(limits: InlineLimits, options: SimulatorOptions = {}): Promise<void> {
    harness = await gemini(limits, options);
    scenario = new Scenario(harness);
  }

  /** Runs one item for each text, and returns the outcomes by the item's index. */
  async function run(texts: readonly string[]): Promise<Map<number | null, ItemOutcome>> {
    const id = await scenario.runTexts(texts);
    const outcomes = await scenario.outcomes(id);
    return new Map(outcomes.map((outcome) => [readItemId(outcome.itemId, TOKENS[0]), outcome]));
  }
  const routes = () => harness.simulator.requests.map(({ route }) => route);
  /** The next look at a batch is answered with this document. */
  const answerNextGet = (body: object, times = 1) =>
    harness.simulator.faults.add({ route: 'get', kind: { status: 200, body }, times });

  describe.each([
    ['inline', INLINE],
    ['by file', FILES_ONLY],
  ] as const)('%s', (_, limits) => {
    beforeEach(() => start(limits));
    afterEach(() => harness.close());

    it('sends the key in its own header, and names the batch after the attempt', async () => {
      const { id } = await scenario.submit();
      const [create] = harness.simulator.created;
      expect([create?.id, create?.displayName, create?.input.model]).toEqual([id, `meshbatch-${TOKENS[0]}`, MODEL]);
      expect(create?.keys).toEqual(ALL.map((index) => toItemId(index, TOKENS[0])));
      for (const { route, headers, path } of harness.simulator.requests) {
        expect([headers['x-goog-api-key'], path.includes(KEY)]).toEqual([
          route === 'uploadBytes' ? undefined : KEY,
          false,
        ]);
      }
    });

    it('tells apart what became of each item', async () => {
      const errors = [1, 3, 4, 5, 7, 8, 9, 12, 13, 14, 16, 99];
      const others = [
        '#drop',
        '#garbage',
        '#dup',
        '#finish:OTHER',
        '#finish:SAFETY',
        '#block:PROHIBITED_CONTENT',
        'fine',
      ];
      const outcomes = await run([...errors.map((code) => `#error:${code}`), ...others]);
      const statuses = errors.map((_, index) => outcomes.get(index)?.response?.statusCode);
      expect(statuses).toEqual([499, 400, 504, 404, 403, 429, 400, 501, 500, 503, 401, 500]);
      const exhausted = {
        message: 'Simulated error 8.',
        type: 'RESOURCE_EXHAUSTED',
        param: null,
        code: 'RESOURCE_EXHAUSTED',
      };
      expect(bodyOf(outcomes.get(5))).toEqual({ error: exhausted });
      expect(bodyOf(outcomes.get(11)).error.code).toBe('99');
      expect(outcomes.get(12)).toBeUndefined();
      expect(outcomes.get(13)).toMatchObject({ response: null, error: { code: 'provider_bad_row' } });
      expect(outcomes.get(14)).toMatchObject({ response: { statusCode: 200 }, error: null });
      expect([outcomes.get(15)?.response?.statusCode, bodyOf(outcomes.get(15)).error.code]).toEqual([500, 'OTHER']);
      const choices = [16, 17, 18].map((index) => bodyOf(outcomes.get(index)).choices[0]);
      expect(choices.map(({ finish_reason: finish, native_finish_reason: native }) => [finish, native])).toEqual([
        ['content_filter', 'SAFETY'],
        ['content_filter', 'PROHIBITED_CONTENT'],
        ['stop', 'STOP'],
      ]);
    });

    it('answers with a chat completion, the arguments of its call digit by digit', async () => {
      const completion = bodyOf((await run(['#tool #think'])).get(0));
      expect(completion).toMatchObject({
        id: expect.stringMatching(/^chatcmpl-./),
        object: 'chat.completion',
        model: MODEL,
        choices: [
          {
            index: 0,
            finish_reason: 'tool_calls',
            message: {
              content: null,
              reasoning_content: 'Let me see.',
              tool_calls: [
                {
                  id: expect.stringMatching(/^call_./),
                  type: 'function',
                  function: { name: 'look_up', arguments: BIG_ARGS },
                  extra_content: { google: { thought_signature: SIGNATURE } },
                },
              ],
            },
          },
        ],
        usage: {
          prompt_tokens: 10,
          completion_tokens: 8,
          total_tokens: 18,
          prompt_tokens_details: { cached_tokens: 2 },
          completion_tokens_details: { reasoning_tokens: 5 },
        },
      });
      expect(Math.abs(completion.created - Date.now() / 1000)).toBeLessThan(60);
    });

    it.each([
      ['a field that the vendor has not', '"candidates":[]'],
      ['a field of another type', '"contents":{}'],
    ])('names the line of a request with %s', async (_, wrong) => {
      const good = scenario.line(0, TOKENS[0]).toString();
      const bad = `{"key":"${toItemId(1, TOKENS[0])}","request":{${wrong}}}`;
      await expect(scenario.submitLines([good, good, bad])).rejects.toMatchObject({
        failure: 'rejected',
        details: { status: 400, code: 'INVALID_ARGUMENT', line: 3 },
      });
      expect(harness.simulator.created).toEqual([]);
    });

    it('knows a key that is not valid, and a quota that is used up', async () => {
      const adapter = createGemini({ apiKey: 'other', baseUrl: harness.simulator.url }, limits);
      const attempt = scenario.attempt();
      const refused = { failure: 'unauthorized', details: { status: 400, code: 'API_KEY_INVALID' } };
      const submitted = adapter.stage(attempt, scenario.lines(attempt), scenario.signal).then(async (inputId) => {
        await adapter.submit({ ...attempt, inputId }, scenario.lines(attempt), scenario.signal);
      });
      await expect(submitted).rejects.toMatchObject(refused);
      await expect(adapter.poll('x', scenario.signal)).rejects.toMatchObject(refused);
      await harness.close();
      await start(limits, { maxOpen: 0 });
      await expect(scenario.submit()).rejects.toMatchObject({
        failure: 'throttled',
        certainlyNotDone: true,
        details: { status: 429, code: 'RESOURCE_EXHAUSTED' },
      });
    });

    it('runs what its own checks take', async () => {
      const target: TargetModel = { upstream: MODEL, traits: { reasoning: 'budget' } };
      const item = { endpoint: '/v1/chat/completions' as const, body: Buffer.from(JSON.stringify(FULL_CHAT)) };
      expect(scenario.adapter.check(item, target)).toEqual([]);
      const id = await scenario.runLines([scenario.adapter.encode(item, toItemId(0, TOKENS[0]), target)]);
      const [outcome] = await scenario.outcomes(id);
      expect([outcome?.response?.statusCode, bodyOf(outcome).choices?.[0].message.content]).toEqual([
        200,
        'go on #logprobs',
      ]);
      expect(bodyOf(outcome).choices[0].logprobs.content).toEqual([
        { token: 'a', logprob: -0.25, bytes: null, top_logprobs: [{ token: 'a', logprob: -0.25, bytes: null }] },
      ]);
    });

    it('embeds, the vector digit by digit', async () => {
      const lines = ['say it', 'say #uncounted', '#error:3'].map((input, index) => {
        const body = Buffer.from(JSON.stringify({ model: 'gemini/x', input: [input], dimensions: 3 }));
        const target = { upstream: 'gemini-embedding-001', traits: {} };
        return scenario.adapter
          .encode({ endpoint: '/v1/embeddings', body }, toItemId(index, TOKENS[0]), target)
          .toString();
      });
      const id = await scenario.runLines(lines, { endpoint: '/v1/embeddings', model: 'gemini-embedding-001' });
      expect(harness.simulator.created[0]?.input.isEmbedding).toBe(true);
      const outcomes = new Map((await scenario.outcomes(id)).map((outcome) => [outcome.itemId, outcome]));
      const [first, second, third] = [0, 1, 2].map((index) => outcomes.get(toItemId(index, TOKENS[0])));
      expect(first?.response?.body.toString()).toContain(`"embedding":${SPELLED_VECTOR}`);
      expect(bodyOf(first)).toMatchObject({
        object: 'list',
        data: [{ object: 'embedding', index: 0 }],
        model: 'gemini-embedding-001',
        usage: { prompt_tokens: 2, total_tokens: 2 },
      });
      expect(bodyOf(second)).not.toHaveProperty('usage');
      expect(third?.response?.statusCode).toBe(400);
    });

    it('cancels with an error of the vendor’s own, which is no reason of ours', async () => {
      harness.hold();
      const { id } = await scenario.submit();
      await harness.halfway(id);
      expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({
        state: 'in_progress',
        counts: { total: 8, succeeded: 4, failed: 0 },
      });
      await scenario.adapter.cancel(id, scenario.signal);
      await harness.finish(id);
      expect(await scenario.adapter.poll(id, scenario.signal)).toEqual({
        id,
        state: 'cancelled',
        counts: null,
        errors: [],
        retryable: false,
      });
    });

    it('follows a cancel to its end', async () => {
      await harness.close();
      await start(limits, { stateMs: 60_000 });
      const { id } = await scenario.submit();
      await scenario.adapter.cancel(id, scenario.signal);
      expect(await scenario.state(id)).toBe('cancelling');
    });

    it.each([
      ['nothing ran', true],
      ['half of it ran', false],
    ])('comes again when there was no room and it is known that %s: %s', async (_, retryable) => {
      if (retryable) {
        await harness.close();
        await start(limits, { stateMs: 60_000 });
      } else harness.hold();
      const { id } = await scenario.submit();
      if (!retryable) await harness.halfway(id);
      harness.simulator.failBatch(id, { code: 8, message: 'No quota.' });
      const remote = await scenario.adapter.poll(id, scenario.signal);
      const errors = [{ code: 'RESOURCE_EXHAUSTED', message: 'No quota.', line: null }];
      expect(remote).toMatchObject({ state: 'failed', retryable, errors });
      expect(await scenario.outcomes(id)).toEqual([]);
    });

    it('is found behind many others, whatever these look like', async () => {
      const { attempt, id } = await scenario.submit();
      const other = await scenario.stage(scenario.attempt(TOKENS[1], { itemCount: 1 }));
      for (let made = 0; made < 101; made++) {
        await scenario.adapter.submit(other, scenario.lines(other), scenario.signal);
        await harness.finish(harness.simulator.created.at(-1)?.id ?? '');
      }
      expect(await scenario.adapter.find(attempt, scenario.signal)).toMatchObject({ id });
      expect(harness.simulator.requestCounts().list).toBe(2);
      const strange = { operations: [null, 7, { name: 1 }, { name: 'batches/x', metadata: [] }, {}] };
      harness.simulator.faults.add({ route: 'list', kind: { status: 200, body: strange } });
      expect(await scenario.adapter.find(attempt, scenario.signal)).toBeNull();
    });
  });

  describe('by default', () => {
    beforeEach(() => start(INLINE));
    afterEach(() => harness.close());

    it.each([
      ['1000 items', 1000, 1, null],
      ['1001 items', 1001, 1, 'file'],
      ['less than 15 MB', 3, 4_900_000, null],
      ['more than 15 MB', 3, 5_000_000, 'file'],
    ])('sends %s inline or by file', async (_, items, length, file) => {
      const adapter = GEMINI.create({ apiKey: KEY, baseUrl: harness.simulator.url });
      const attempt = scenario.attempt(TOKENS[0], { itemCount: items });
      const lines = staged(Array.from({ length: items }, () => 'x'.repeat(length)));
      const inputId = await adapter.stage(attempt, lines, scenario.signal);
      expect(inputId === null ? null : 'file').toBe(file);
      expect(harness.simulator.files.map(({ id }) => id)).toEqual(inputId === null ? [] : [inputId]);
    });

    it.each([
      ['response', 'BATCH_STATE_'],
      ['metadata', 'JOB_STATE_'],
      ['flat', 'JOB_STATE_'],
    ] as const)('reads answers in %s, and states as %s…', async (answersAt, statePrefix) => {
      await harness.close();
      await start(INLINE, { answersAt, statePrefix });
      const attempt = scenario.attempt();
      const { id, state } = await scenario.adapter.submit(attempt, scenario.lines(attempt), scenario.signal);
      expect(state).toBe('validating');
      await harness.finish(id);
      expect(await scenario.state(id)).toBe('completed');
      const outcomes = await scenario.outcomes(id);
      expect(indexesOf(outcomes)).toEqual(ALL);
      for (const outcome of outcomes)
        expect(bodyOf(outcome)).toMatchObject({ model: MODEL, created: expect.any(Number) });
    });

    it.each(['BATCH_STATE_BRAND_NEW', 'SUCCEEDED', '', undefined])('goes on polling in the state %j', async (state) => {
      answerNextGet({ name: 'batches/b1', done: true, metadata: { state } });
      expect(await scenario.adapter.poll('b1', scenario.signal)).toMatchObject({ id: 'b1', state: 'in_progress' });
    });

    it('waits for answers that come later than the state', async () => {
      answerNextGet({ name: 'batches/b1', metadata: { state: 'BATCH_STATE_SUCCEEDED' } });
      await expect(scenario.outcomes('b1')).rejects.toMatchObject({ name: 'IncompleteDownloadError' });
      answerNextGet({ name: 'batches/b1', metadata: { state: 'BATCH_STATE_RUNNING' } });
      expect(await scenario.outcomes('b1')).toEqual([]);
    });

    it('tells items that a cancelled batch did not run', async () => {
      const answers = [
        { metadata: { key: 'r0000000-aaaaaaa1' }, error: { code: 1, message: 'The operation was cancelled.' } },
        { metadata: { key: 'r0000001-aaaaaaa1' }, error: { code: 13, message: 'x' } },
      ];
      const metadata = { state: 'BATCH_STATE_CANCELLED', output: { inlinedResponses: { inlinedResponses: answers } } };
      answerNextGet({ name: 'batches/b1', metadata, error: { code: 13 } }, 2);
      const outcomes = await scenario.outcomes('b1');
      expect(outcomes.map(({ response, error }) => [response?.statusCode, error?.code])).toEqual([
        [undefined, 'batch_cancelled'],
        [500, undefined],
      ]);
    });

    it.each(['files/a?b', 'files/..', 'https://other.example/files/a b'])(
      'does not ask for the file %j',
      async (file) => {
        const metadata = { state: 'BATCH_STATE_SUCCEEDED', output: { responsesFile: file } };
        answerNextGet({ name: 'batches/b1', metadata });
        await expect(scenario.outcomes('b1')).rejects.toMatchObject({ name: 'ProviderCallError', failure: 'rejected' });
        expect(routes()).toEqual(['get']);
      },
    );

    it.each(['<html>', '[]', '{"name":1}', '{"name":"batches/b1"'])('cannot read a batch that is %s', async (body) => {
      harness.simulator.faults.add({ route: 'get', kind: { status: 200, body }, times: 2 });
      const unclear = { name: 'ProviderCallError', failure: 'ambiguous' };
      await expect(scenario.adapter.poll('b1', scenario.signal)).rejects.toMatchObject(unclear);
      await expect(scenario.outcomes('b1')).rejects.toMatchObject(unclear);
    });
  });

  describe('with a file', () => {
    beforeEach(() => start(FILES_ONLY));
    afterEach(() => harness.close());

    it('names every line that is refused', async () => {
      const lines = ['{}', scenario.line(1, TOKENS[0]), '[]'];
      const reasons = [1, 3].map((line) => ({ line, code: 'INVALID_ARGUMENT', message: expect.any(String) }));
      await expect(scenario.submitLines(lines)).rejects.toMatchObject({ failure: 'rejected', details: { reasons } });
    });

    it('uploads under the attempt’s name, and creates only when the file is active', async () => {
      const { attempt } = await scenario.submit();
      expect(routes()).toEqual(['upload', 'uploadBytes', 'getFile', 'getFile', 'create']);
      const [file] = harness.simulator.files;
      expect([file?.displayName, file?.mimeType]).toEqual([`meshbatch-${TOKENS[0]}`, 'application/jsonl']);
      expect(harness.simulator.created[0]?.input.fileName).toBe(`files/${attempt.inputId}`);
      expect(harness.simulator.requests[1]?.headers['content-length']).toBe(String(file?.content.length));
    });

    it.each([
      ['came to nothing', { status: 200, body: { name: 'files/x', state: 'FAILED' } }, 'rejected'],
      ['cannot be told', { status: 500 }, 'throttled'],
      ['ends with a key that is refused', { status: 401 }, 'unauthorized'],
    ])('creates nothing when the processing %s', async (_, kind, failure) => {
      const attempt = await scenario.stage(scenario.attempt());
      harness.simulator.faults.add({ route: 'getFile', kind });
      const create = scenario.adapter.submit(attempt, scenario.lines(attempt), scenario.signal);
      await expect(create).rejects.toMatchObject({ failure, certainlyNotDone: true });
      expect(harness.simulator.requestCounts().create).toBeUndefined();
    });

    it('says of a file that is gone that it is not found', async () => {
      const attempt = scenario.attempt(TOKENS[0], { inputId: 'gone' });
      const create = scenario.adapter.submit(attempt, scenario.lines(attempt), scenario.signal);
      await expect(create).rejects.toMatchObject({ failure: 'not_found', details: { status: 403 } });
    });

    it.each([
      ['a file that is too large', { maxFileBytes: 100 }, 'rejected'],
      ['a store that is full', { maxStoredBytes: 100 }, 'throttled'],
    ])('leaves nothing behind of an upload that met %s', async (_, options, failure) => {
      await harness.close();
      await start(FILES_ONLY, options);
      await expect(scenario.stage(scenario.attempt())).rejects.toMatchObject({ failure, certainlyNotDone: true });
      expect(routes()).toEqual(['upload']);
    });

    it('withdraws every upload of an attempt whose answer was lost', async () => {
      harness.simulator.faults.add({ route: 'uploadBytes', kind: 'reset_after' });
      await expect(scenario.stage(scenario.attempt())).rejects.toMatchObject({ failure: 'ambiguous' });
      await scenario.stage(scenario.attempt());
      for (let made = 0; made < 100; made++) await scenario.stage(scenario.attempt(TOKENS[1], { itemCount: 1 }));
      await scenario.adapter.withdraw(scenario.attempt(), scenario.signal);
      expect(new Set(harness.simulator.files.map(({ displayName }) => displayName))).toEqual(
        new Set([`meshbatch-${TOKENS[1]}`]),
      );
    });

    it('leaves nothing behind', async () => {
      const { attempt, id } = await scenario.submit();
      await harness.finish(id);
      await scenario.adapter.cleanup(attempt, id, scenario.signal);
      expect(harness.simulator.files).toEqual([]);
      await expect(scenario.adapter.poll(id, scenario.signal)).rejects.toMatchObject({ failure: 'not_found' });
    });

    it('uploads much in little memory', async () => {
      const lines = repeated(scenario.line(0, TOKENS[0], 'x'.repeat(64_000)), 1000);
      let received = 0;
      let peak = new MemoryWatch();
      const server = await CannedServer.open((request, response) => {
        request.on('data', (chunk: Buffer) => {
          if (Math.floor(received / 8e6) !== Math.floor((received += chunk.length) / 8e6)) peak.sample();
        });
        request.on('end', () => {
          if (request.headers['x-goog-upload-command'] === 'start') {
            received = 0;
            response.setHeader('x-goog-upload-url', `${server.url}/session`);
          }
          response.end(JSON.stringify({ file: { name: 'files/f1' } }));
        });
      });
      peak = new MemoryWatch();
      const adapter = createGemini({ apiKey: 'key', baseUrl: server.url }, FILES_ONLY);
      expect(await adapter.stage(scenario.attempt(), lines, scenario.signal)).toBe('f1');
      expect(received).toBe(lines.bytes);
      expect(peak.peakMiB).toBeLessThan(24);
      await server.close();
    });
  });
});
