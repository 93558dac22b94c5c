import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Orders, type InnerMoment } from '../support/crash/orders';
import { chatItems } from '../support/service/api-client';
import { blobsOf, eventually } from '../support/service/leftovers';
import { OpenAiService } from '../support/service/openai-service';
import { DATABASE_KINDS } from '../support/service/test-service';
import { sampled } from '../support/tier';

/** A pass may have been killed that had just taken the erasure, whose next try is then after a minute. */
const NEXT_TRY_MS = 75_000;
const DELETE_ROWS = 'DELETE FROM "meshbatch_batches"';
const MOMENTS: readonly [where: string, moment: InnerMoment, isGone: boolean][] = [
  ['before its commit', { moment: 'commit sent', statement: DELETE_ROWS }, false],
  ['after its commit, before a blob is erased', { moment: 'commit done', statement: DELETE_ROWS }, true],
  [
    'before it is noted as erased',
    { moment: 'statement sent', statement: 'UPDATE "meshbatch_erasures" SET .*"erased"' },
    true,
  ],
];

describe.each(sampled(DATABASE_KINDS, (kind) => kind === 'server'))(
  'kill -9 in the middle of a deletion, %s database',
  (database) => {
    let folder: string;
    let orders: Orders;
    let openai: OpenAiService;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'meshbatch-orders-'));
      orders = new Orders(folder);
      const env = { ...orders.settings, RECONCILE_INTERVAL_MS: '50' };
      openai = await OpenAiService.start({ database, env }, { stateMs: 10 });
    });
    afterAll(async () => {
      await openai.dispose();
      await rm(folder, { recursive: true });
    });

    it.each(sampled(MOMENTS, ([, { moment }]) => moment === 'commit done'))(
      '%s',
      async (_, moment, isGone) => {
        const { service, simulator } = openai;
        // What a vendor kept at the end is there when the batch is deleted.
        simulator.faults.add({ route: 'deleteFile', kind: { status: 500 } });
        const { body } = await service.client().create({ requests: chatItems(['a', 'b']) });
        const { id } = await service.client().waitFor(body.id, ['completed']);
        await eventually('the vendor kept it', async () => simulator.faults.pending === 0);
        expect(simulator.files.length).toBeGreaterThan(0);

        const { reached } = await orders.hold(moment);
        const answer = service
          .client()
          .send('DELETE', `/v1/batches/${id}`)
          .catch(() => null);
        await reached;
        await service.kill();
        await answer;
        await service.start();

        const api = service.client();
        const { status } = await api.send('GET', `/v1/batches/${id}`);
        expect(status).toBe(isGone ? 404 : 200);
        if (!isGone) {
          expect((await api.get(id)).results).toHaveLength(2);
          expect((await api.send('DELETE', `/v1/batches/${id}`)).status).toBe(200);
        }
        const isErased = async () => (await blobsOf(service)).length === 0 && simulator.files.length === 0;
        await eventually('all is erased, here and there', isErased, NEXT_TRY_MS);
      },
      120_000,
    );
  },
);
