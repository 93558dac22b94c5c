import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChatItems } from '../support/chat-items';
import { atMost, type Figure, type Measured } from '../support/figure';
import { HelperProcess } from '../support/helper-process';
import { post } from '../support/http-calls';
import { MODEL, startIngest, WARM_UPS } from '../support/ingest-bench';
import { interleave } from '../support/interleave';
import { startPortkey } from '../support/portkey';
import { median } from '../support/statistics';
import { temporaryFolder } from '../support/temporary-folder';
import { uploadForm } from '../support/upload-form';

/** A large body over an upload of the same lines through a gateway that passes them on, and neither checks nor stores them. */
export const ingestVsRelay: Figure = {
  names: ['ingest-vs-relay'],
  async run(context): Promise<Measured[]> {
    const { cleanups } = context;
    const bench = await startIngest(context);
    const lines = new ChatItems(MODEL).lines(bench.items);
    const stub = await HelperProcess.start('openai-stub', cleanups);
    const upstream = await stub.ask<string>('start');
    const portkey = await startPortkey(upstream, cleanups);
    const form = uploadForm(lines);
    const relay = async () => {
      const answer = await post(`${portkey.url}/v1/files`, form.body, { ...portkey.headers, ...form.headers });
      const text = answer.body.toString('utf8');
      if (answer.status !== 200) throw new Error(`The relayed upload was answered with ${answer.status}: ${text}`);
      const { bytes } = JSON.parse(text) as { bytes: number };
      if (bytes < lines.length) throw new Error(`Only ${bytes} bytes of ${lines.length} were passed on`);
      return answer.ms;
    };
    const path = join(await temporaryFolder(cleanups), 'input.jsonl');
    await writeFile(path, lines);
    const sdk = await HelperProcess.start('sdk-upload', cleanups);
    await sdk.ask('load', path);
    const straight: number[] = [];
    const upload = () => sdk.ask<number>('upload', upstream);
    for (let i = 0; i < WARM_UPS; i++) await Promise.all([relay(), upload()]);
    const { ours, baseline, rounds } = await interleave(context.rounds, bench.post, async () => {
      straight.push(await upload());
      return relay();
    });
    const detail = { items: bench.items, bytes: lines.length, oursMs: ours, relayMs: baseline, rounds };
    return [
      { name: 'ingest-vs-relay', value: ours / baseline, unit: 'x', bar: atMost(1.5), detail },
      { name: 'ingest-ms', value: ours, unit: 'ms', bar: null },
      { name: 'relay-ms', value: baseline, unit: 'ms', bar: null },
      { name: 'openai-sdk-straight-ms', value: median(straight), unit: 'ms', bar: null, detail: { straight } },
    ];
  },
};
