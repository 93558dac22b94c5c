import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BENCH } from '../support/paths';
import { serveMethods } from '../support/served-methods';

/** What is used of the `openai` package, which is installed beside the benchmark and not where its types would be found. */
interface OpenAiPackage {
  readonly OpenAI: new (options: { apiKey: string; baseURL: string; maxRetries: number }) => {
    files: { create(body: { file: unknown; purpose: 'batch' }): Promise<{ bytes: number }> };
  };
  readonly toFile: (content: Buffer, name: string) => Promise<unknown>;
}

const { OpenAI, toFile } = createRequire(join(BENCH, 'package.json'))('openai') as OpenAiPackage;
let content = Buffer.alloc(0);

serveMethods({
  load: async (path: string) => {
    content = await readFile(path);
  },
  /** Milliseconds that the official client takes to upload the loaded file. */
  upload: async (baseURL: string) => {
    const client = new OpenAI({ apiKey: 'sk-simulated', baseURL, maxRetries: 0 });
    const begun = performance.now();
    const { bytes } = await client.files.create({ file: await toFile(content, 'input.jsonl'), purpose: 'batch' });
    if (bytes < content.length) throw new Error(`Only ${bytes} bytes arrived`);
    return performance.now() - begun;
  },
});
