import { Readable } from 'node:stream';
import { toItemId } from '../../src/execution/item-id';
import { createGemini, GEMINI, type InlineLimits } from '../../src/providers/adapters/gemini/gemini.adapter';
import type { ProviderAdapter } from '../../src/providers/contract/adapter';
import { GeminiSimulator } from '../support/upstreams/gemini/gemini-simulator';
import { SIGNATURE } from '../support/upstreams/gemini/outcomes';
import type { SimulatorOptions } from '../support/upstreams/gemini/types';
import { withAnswers } from './canned-server';
import { TOKENS } from './scenario';
import { FILE_ROUTES, rowsOf, simulatedHarness, type SimulatedHarness } from './simulated.harness';

const ROUTES = { ...FILE_ROUTES, cleanup: 'delete' } as const;
/** A small batch's answers are in its own document. */
const INLINE_ROUTES = { ...ROUTES, results: 'get', withdraw: 'listFiles' } as const;
export const MODEL = 'gemini-2.5-flash';
export const KEY = 'gemini-simulated';
/** No batch carries its requests. */
export const FILES_ONLY: InlineLimits = { bytes: 0, items: 0 };
/** The adapter's own. */
export const INLINE: InlineLimits = { bytes: 15_000_000, items: 1000 };

export type GeminiHarness = SimulatedHarness<GeminiSimulator>;

/** The adapter beside a simulator; batches carry their requests within these limits. */
export async function gemini(limits: InlineLimits, options: SimulatorOptions = {}): Promise<GeminiHarness> {
  const simulator = await GeminiSimulator.start({ stateMs: 2, ...options });
  const byFile = limits === FILES_ONLY;
  return simulatedHarness({
    simulator,
    adapter: createGemini({ apiKey: KEY, baseUrl: simulator.url }, limits),
    model: MODEL,
    routes: byFile ? ROUTES : INLINE_ROUTES,
    ran: (batch) => batch.ran,
    hasEnded: (batch) => batch.ended,
    created: () => simulator.created.map(({ id }) => id),
    withLargeResults: ({ rows, rowBytes }, work) => withLargeResults(byFile, rows, rowBytes, work),
  });
}

/** Runs `work` with a batch that has succeeded, and whose many answers are in a file or in its document, at both places. */
async function withLargeResults(
  inFile: boolean,
  rows: number,
  rowBytes: number,
  work: (adapter: ProviderAdapter, remoteId: string) => Promise<void>,
): Promise<void> {
  const parts = [{ text: 'x'.repeat(rowBytes) }];
  const response = JSON.stringify({ candidates: [{ content: { parts }, finishReason: 'STOP' }] });
  const key = (index: number) => `"key": "${toItemId(index, TOKENS[0])}"`;
  const state = '"state": "BATCH_STATE_SUCCEEDED"';
  const lines = () => rowsOf(rows, (index) => `{${key(index)}, "response": ${response}}`);
  const answers = function* () {
    yield '{"inlinedResponses": {"inlinedResponses": [';
    for (let index = 0; index < rows; index++) {
      yield `${index === 0 ? '' : ',\n'}{"metadata": {${key(index)}}, "response": ${response}}`;
    }
    yield ']}}';
  };
  const document = function* () {
    yield '{"name": "batches/b1", "metadata": {"output": ';
    yield* answers();
    yield `, ${state}}, "done": true, "response": `;
    yield* answers();
    yield '}';
  };
  const metadata = { output: { responsesFile: 'files/out' }, state: 'BATCH_STATE_SUCCEEDED' };
  const answer = (url: string) => {
    if (url.startsWith('/download/')) return Readable.from(lines());
    return inFile ? { name: 'batches/b1', metadata } : Readable.from(document());
  };
  await withAnswers(answer, (url) => work(GEMINI.create({ apiKey: 'key', baseUrl: `${url}/v1beta` }), 'b1'));
}

/** A chat with every field that is translated. */
export const FULL_CHAT = {
  model: 'gemini/x',
  messages: [
    { role: 'developer', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'See' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'auto' } },
        { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' } },
        { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
      ],
    },
    {
      role: 'assistant',
      content: 'I see.',
      extra_content: { google: { thought_signature: SIGNATURE } },
      tool_calls: ['c1', 'c2'].map((id) => ({
        id,
        type: 'function',
        function: { name: 'f', arguments: '{"n":12345678901234567890}' },
        extra_content: { google: { thought_signature: SIGNATURE } },
      })),
    },
    { role: 'tool', tool_call_id: 'c2', content: '' },
    { role: 'tool', tool_call_id: 'c1', content: 'x' },
    { role: 'user', content: 'go on #logprobs' },
  ],
  tools: [{ type: 'function', function: { name: 'f', strict: true, parameters: { type: 'object' } } }],
  tool_choice: 'auto',
  parallel_tool_calls: true,
  max_completion_tokens: 100,
  reasoning_effort: 'low',
  response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } },
  stop: ['END'],
  temperature: 2,
  top_p: 0.5,
  seed: 7,
  presence_penalty: 0.5,
  frequency_penalty: -0.5,
  logprobs: true,
  top_logprobs: 1,
  n: 1,
  user: 'u',
};
