import type { IncomingHttpHeaders } from 'node:http';
import { toItemId } from '../../src/execution/item-id';
import { FIREWORKS } from '../../src/providers/adapters/fireworks/fireworks.adapter';
import type { ItemOutcome } from '../../src/providers/contract/adapter';
import { BIG_NUMBERS } from '../support/upstreams/fireworks/outcomes';
import type { SimulatorOptions } from '../support/upstreams/fireworks/types';
import { CannedServer } from './canned-server';
import { fireworks, type FireworksHarness } from './fireworks.harness';
import { bodyOf, Scenario, TOKENS } from './scenario';
import { staged } from './staged-lines';

describe('Fireworks datasets', () => {
  let harness: FireworksHarness;
  let scenario: Scenario<FireworksHarness>;
  const routes = () => harness.simulator.requests.map(({ route }) => route);

  async function start(options: SimulatorOptions = {}): Promise<void> {
    harness = await fireworks(options);
    scenario = new Scenario(harness);
  }

  beforeEach(() => start());
  afterEach(() => harness.close());

  async function byIndex(id: string): Promise<(index: number) => ItemOutcome | undefined> {
    const all = await scenario.outcomes(id);
    return (index) => all.find(({ itemId }) => itemId === toItemId(index, TOKENS[0]));
  }

  describe('an upload', () => {
    it('is declared with its lines, and is a custom_id and a body a line', async () => {
      await scenario.stage(scenario.attempt());
      expect(routes()).toEqual(['upload', 'uploadBytes']);
      expect(harness.simulator.requests[0]?.body).toEqual({
        datasetId: `meshbatch-${TOKENS[0]}`,
        dataset: { userUploaded: {}, exampleCount: '8' },
      });
      const [line = ''] = String(harness.simulator.uploadOf(`meshbatch-${TOKENS[0]}`)).split('\n');
      const body = '{"messages":[{"role":"user","content":"say 0"}]}';
      expect(line).toBe(`{"custom_id":"${toItemId(0, TOKENS[0])}","body":${body}}`);
    });

    it('fits, form and all, when it has as many bytes as may be sent', async () => {
      await harness.close();
      // The vendor's limit and ours, both made smaller by the same amount.
      const less = 150_000_000 - 20_000;
      await start({ maxUploadBytes: 150_000_000 - less });
      const line = (padding: number) => scenario.line(0, TOKENS[0], 'x'.repeat(padding)).toString();
      const room = FIREWORKS.capabilities.maxBytes - less;
      const full = line(room - line(0).length - 1);
      expect(staged([full]).bytes).toBe(room);
      const id = await scenario.runLines([full]);
      expect(await scenario.state(id)).toBe('completed');
    });

    it.each([
      ['certainly not taken', { status: 429 }, 'throttled', []],
      ['lost', { status: 500 }, 'ambiguous', [`meshbatch-${TOKENS[0]}`]],
    ] as const)('that was %s leaves %s', async (_, kind, failure, left) => {
      harness.fail('stage', kind);
      await expect(scenario.stage(scenario.attempt())).rejects.toMatchObject({ failure });
      expect(harness.simulator.datasets).toEqual(left);
    });

    it('tells why it was not taken, also when what it left cannot be removed', async () => {
      harness.fail('stage', { status: 429 });
      harness.fail('withdraw', { status: 500 });
      await expect(scenario.stage(scenario.attempt())).rejects.toMatchObject({ failure: 'throttled' });
    });

    it('that is too large is refused', async () => {
      await harness.close();
      await start({ maxUploadBytes: 500 });
      await expect(scenario.stage(scenario.attempt())).rejects.toMatchObject({
        failure: 'rejected',
        message: 'the file is larger than 150 MB',
        details: { code: '3' },
      });
      expect(harness.simulator.datasets).toEqual([]);
    });

    it('of a name that is there may have been done', async () => {
      const attempt = scenario.attempt();
      await scenario.stage(attempt);
      await expect(scenario.stage(attempt)).rejects.toMatchObject({ failure: 'ambiguous', details: { status: 409 } });
      await scenario.adapter.withdraw(attempt, scenario.signal);
      expect(harness.simulator.datasets).toEqual([]);
    });
  });

  describe('results', () => {
    it('are told apart, item by item', async () => {
      const id = await scenario.runTexts([
        '#status:422',
        '#error:RESOURCE_EXHAUSTED',
        '#error:odd',
        '#drop',
        '#dup',
        '#garbage',
      ]);
      const of = await byIndex(id);
      expect([0, 1, 2].map((index) => of(index)?.response?.statusCode)).toEqual([422, 429, 500]);
      expect(of(1)?.error).toBeNull();
      expect(bodyOf(of(1))).toEqual({
        error: {
          message: 'Simulated RESOURCE_EXHAUSTED.',
          type: 'provider_error',
          param: null,
          code: 'RESOURCE_EXHAUSTED',
        },
      });
      expect(of(3)).toBeUndefined();
      expect(of(4)).toMatchObject({ response: { statusCode: 200, requestId: null }, error: null });
      expect(of(5)).toMatchObject({ response: null, error: { code: 'provider_bad_row' } });
      const counts = { total: 6, succeeded: 3, failed: 3 };
      expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({ state: 'completed', counts });
    });

    it('keep every digit, and are the chat completion itself', async () => {
      const of = await byIndex(await scenario.runTexts(['#bignum']));
      expect(String(of(0)?.response?.body)).toContain(BIG_NUMBERS);
      expect(bodyOf(of(0))).toMatchObject({ object: 'chat.completion', usage: { completion_tokens: 2 } });
    });

    it('are read by fresh links, without the key and without a body', async () => {
      const { id } = await scenario.submit();
      await harness.finish(id);
      const before = harness.simulator.requests.length;
      await scenario.outcomes(id);
      const made = harness.simulator.requests.slice(before);
      expect(made.map(({ route }) => route)).toEqual([
        ...['get', 'contentLink', 'content', 'contentLink', 'content', 'contentLink'],
      ]);
      for (const { route, headers } of made) {
        expect(headers.authorization).toBe(route === 'content' ? undefined : 'Bearer fw_simulated');
        expect(headers['content-length']).toBeUndefined();
      }
    });

    it('are read from wherever the links lead, and the key does not go there', async () => {
      await harness.close();
      const elsewhere: IncomingHttpHeaders[] = [];
      const storage = await CannedServer.answering((_, headers) => {
        elsewhere.push(headers);
        return { custom_id: toItemId(0, TOKENS[0]), response: { choices: [] } };
      });
      try {
        await start({ storageOrigin: storage.url });
        expect(await scenario.outcomes(await scenario.runTexts(['hi']))).toHaveLength(2);
        expect(elsewhere.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
      } finally {
        await storage.close();
      }
    });

    it.each(['ftp://host/file', 'file:///etc/passwd', 'not a link'])('are not read from %s', async (link) => {
      const id = await scenario.runTexts(['hi']);
      harness.fail('results', { status: 200, body: { filenameToSignedUrls: { file: link } } });
      await expect(scenario.outcomes(id)).rejects.toMatchObject({ name: 'ProviderCallError', failure: 'rejected' });
    });

    it('come later when a link has died, which is not the key’s fault', async () => {
      await harness.close();
      await start({ linkMs: -1 });
      const id = await scenario.runTexts(['hi']);
      const died = { name: 'ProviderCallError', failure: 'ambiguous', details: { status: 400 } };
      await expect(scenario.outcomes(id)).rejects.toMatchObject(died);
      harness.simulator.faults.add({ route: 'content', kind: { status: 403 } });
      await expect(scenario.outcomes(id)).rejects.toMatchObject({ failure: 'ambiguous', details: { status: 403 } });
    });

    it('that are counted and not there are missed, and those that never were are not', async () => {
      const { id } = await scenario.submit();
      await harness.finish(id);
      harness.fail('results', 'not_found');
      await expect(scenario.outcomes(id)).rejects.toMatchObject({ failure: 'not_found' });
      harness.hold();
      const other = await scenario.submit(TOKENS[1]);
      expect(await scenario.outcomes(other.id)).toEqual([]);
      harness.simulator.hold('VALIDATING');
      const unrun = await scenario.submit(TOKENS[2]);
      harness.expireAll();
      expect(await scenario.state(unrun.id)).toBe('expired');
      expect(await scenario.outcomes(unrun.id)).toEqual([]);
    });

    it('whose dataset goes while it is read are not whole', async () => {
      const { id } = await scenario.submit();
      await harness.finish(id);
      const body = { name: `accounts/acme/batchInferenceJobs/${id}`, state: 'JOB_STATE_EXPIRED' };
      harness.fail('poll', { status: 200, body });
      harness.simulator.faults.add({ route: 'contentLink', kind: 'not_found', skip: 1 });
      await expect(scenario.outcomes(id)).rejects.toMatchObject({ failure: 'not_found' });
    });
  });
});
