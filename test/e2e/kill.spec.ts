import { setTimeout as sleep } from 'node:timers/promises';
import { chatItems } from '../support/service/api-client';
import { OpenAiService } from '../support/service/openai-service';
import { FULL_TIER } from '../support/tier';

const PROMPTS = ['a', 'b', '#status:400', 'd', '#bignum'];

/** Named moments, and a sample of them for every run, are in the crash matrix. */
(FULL_TIER ? describe : describe.skip)('kill -9 at any moment, embedded database', () => {
  it.each([0, 10, 30, 60, 120, 200, 300, 450, 700])('%s ms after the create was sent', async (ms) => {
    const openai = await OpenAiService.start({ database: 'embedded' });
    try {
      const sent = openai.service.client().create({ requests: chatItems(PROMPTS) });
      const answer = sent.catch(() => null);
      await sleep(ms);
      await openai.service.kill();
      await openai.service.start();

      const api = openai.service.client();
      const { body: list } = await api.send<{ data: { id: string }[] }>('GET', '/v1/batches');
      // A create that was answered is stored; one that was cut is stored whole or not at all.
      const created = await answer;
      if (created) expect(list.data.map(({ id }) => id)).toEqual([created.body.id]);
      for (const { id } of list.data) {
        const batch = await api.waitFor(id, ['completed']);
        expect(batch.request_counts).toEqual({ total: 5, completed: 4, failed: 1 });
      }
      expect(openai.simulator.creates).toHaveLength(list.data.length);
    } finally {
      await openai.dispose();
    }
  });
});
