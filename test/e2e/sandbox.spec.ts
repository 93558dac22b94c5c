import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { chatItems, type ApiClient, type ResultEntry } from '../support/service/api-client';
import { DATABASE_KINDS, TestService } from '../support/service/test-service';
import { sampled } from '../support/tier';

const EXAMPLE = resolve(__dirname, '../../examples/requests.json');

describe.each(sampled(DATABASE_KINDS, (kind) => kind === 'embedded'))(
  'a batch in the sandbox, %s database',
  (database) => {
    let service: TestService;
    let api: ApiClient;

    beforeAll(async () => {
      service = await TestService.start({ database });
      api = service.client();
    });

    afterAll(() => service.dispose());

    it('runs the example from POST to results, in request order', async () => {
      const body = await readFile(EXAMPLE, 'utf8');
      const wanted = (JSON.parse(body) as { requests: { custom_id: string }[] }).requests.map((item) => item.custom_id);
      const created = await api.create(body);
      expect([created.status, created.body.status]).toEqual([200, 'validating']);

      const batch = await api.waitFor(created.body.id, ['completed']);
      expect(batch.results?.map((entry) => entry.custom_id)).toEqual(wanted);
      expect(batch.request_counts).toEqual({ total: wanted.length, completed: wanted.length, failed: 0 });
      expect(batch.error_file_id).toBeNull();
      expect(batch.results?.every((entry) => entry.response?.body.system_fingerprint === 'sandbox')).toBe(true);
    });

    it('gives successes and failures as views of the same entries, byte for byte', async () => {
      const prompts = ['one', 'two [fail]', 'three [drop]', 'four [fail:429]', 'five'];
      const { body: created } = await api.create({ requests: chatItems(prompts, 'sandbox/flaky') });
      const batch = await api.waitFor(created.id, ['completed']);
      const raw = await (await fetch(`${service.url}/v1/batches/${created.id}`, { headers: authorization() })).text();
      const output = await api.content(batch.output_file_id ?? '');
      const error = await api.content(batch.error_file_id ?? '');

      const entries = lines(
        raw.slice(raw.indexOf('"results":[') + 11, -2).replaceAll('},{"id":"batch_req', '}\n{"id":"batch_req'),
      );
      expect(lines(output)).toEqual([entries[0], entries[4]]);
      expect(lines(error)).toEqual([entries[1], entries[2], entries[3]]);
      expect(batch.results?.map(outcomeOf)).toEqual([200, 400, 'missing_result', 429, 200]);
    });

    function authorization() {
      return { authorization: `Bearer ${service.settings().BOOTSTRAP_API_KEY}` };
    }
  },
);

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function outcomeOf(entry: ResultEntry): number | string | undefined {
  return entry.response?.status_code ?? entry.error?.code;
}
