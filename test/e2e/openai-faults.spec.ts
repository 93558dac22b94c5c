import { chatItems, type ApiClient } from '../support/service/api-client';
import { eventually } from '../support/service/leftovers';
import { OpenAiService } from '../support/service/openai-service';
import { DATABASE_KINDS } from '../support/service/test-service';
import { sampled } from '../support/tier';
import type { FaultSpec } from '../support/upstreams/kit/faults';

const PROMPTS = ['a', '#status:400', 'c'];

const EMPTY_LIST = { object: 'list', data: [], first_id: null, last_id: null, has_more: false };

/** More of them are in the crash matrix, at every call. */
const FAULTS: [string, FaultSpec[]][] = [
  ['an upload that is throttled', [{ route: 'upload', kind: { status: 429, retryAfter: 1 } }]],
  ['an upload that is taken and not answered', [{ route: 'upload', kind: 'hang_after' }]],
  ['a create that is throttled', [{ route: 'create', kind: { status: 429, retryAfter: 1 } }]],
  ['a create that took place and timed out', [{ route: 'create', kind: 'hang_after' }]],
  ['a create that took place and was cut', [{ route: 'create', kind: 'reset_after' }]],
  ['a create that never arrived', [{ route: 'create', kind: 'hang_before' }]],
  [
    'a create that is answered with a page of HTML',
    [{ route: 'create', kind: { status: 502, body: '<html></html>' } }],
  ],
  ['a job that is hidden at first', [{ route: 'create', kind: { visible_after_ms: 400 } }]],
  [
    'a create without an answer that two look-ups do not show',
    [
      { route: 'create', kind: 'reset_after' },
      { route: 'list', kind: { status: 200, body: EMPTY_LIST }, times: 2 },
    ],
  ],
  [
    'a create without an answer that shows only once it was fenced',
    [
      { route: 'create', kind: 'reset_after' },
      { route: 'list', kind: { status: 200, body: EMPTY_LIST }, times: 3 },
    ],
  ],
  [
    'a create without an answer, and look-ups that fail',
    [
      { route: 'create', kind: 'reset_after' },
      { route: 'list', kind: { status: 500 }, times: 2 },
    ],
  ],
  ['a job that is not visible in the first second', [{ route: 'get', kind: 'not_found', times: 3 }]],
  ['polls that are throttled', [{ route: 'get', kind: { status: 429, retryAfter: 1 }, times: 2 }]],
  ['polls that are cut', [{ route: 'get', kind: 'reset_before', times: 2 }]],
  ['a download that lacks whole rows', [{ route: 'content', kind: { truncate: 'clean_end', keepLines: 1 } }]],
  ['a download that fails', [{ route: 'content', kind: { status: 503 }, times: 2 }]],
  ['files that cannot be removed', [{ route: 'deleteFile', kind: { status: 500 } }]],
];

/** Those of which no other in the sample takes the same way. */
const SAMPLE =
  /timed out|taken and not answered|create that is throttled|was cut$|never arrived|HTML|hidden|two look-ups|once it was fenced|polls that are cut|lacks whole rows|download that fails|cannot be removed/;

describe.each(sampled(DATABASE_KINDS, (kind) => kind === 'server'))('OpenAI at its worst, %s database', (database) => {
  let openai: OpenAiService;
  let api: ApiClient;

  beforeAll(async () => {
    openai = await OpenAiService.start({ database, env: { BATCH_LIMIT_PER_OWNER: '100' } });
    api = openai.service.client();
  });

  afterAll(() => openai.dispose());

  it.each(sampled(FAULTS, ([name]) => SAMPLE.test(name)))('survives %s', async (_, faults) => {
    const before = openai.simulator.creates.length;
    for (const fault of faults) openai.simulator.faults.add(fault);
    const created = await api.create({ requests: chatItems(PROMPTS) });
    const batch = await api.waitFor(created.body.id, ['completed']);
    // Files are removed once the batch has ended.
    await eventually('every fault was met', async () => openai.simulator.faults.pending === 0);

    expect(batch.results?.map((entry) => entry.custom_id)).toEqual(['item-0', 'item-1', 'item-2']);
    expect(batch.results?.map((entry) => entry.response?.status_code)).toEqual([200, 400, 200]);
    expect(batch.request_counts).toEqual({ total: 3, completed: 2, failed: 1 });
    expect(openai.simulator.creates.length - before).toBe(1);
  });
});
