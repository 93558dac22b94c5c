import { setTimeout as sleep } from 'node:timers/promises';
import { drain, get } from '../support/http-calls';
import { serveMethods } from '../support/served-methods';

let isRunning = false;
let probing: Promise<number[]> | null = null;

/** Asks for `url` again and again, one request after another and a pause between them; resolves to how long each took. */
async function probe(url: string, pauseMs: number): Promise<number[]> {
  const took: number[] = [];
  while (isRunning) {
    const begun = performance.now();
    const answer = await get(url);
    await drain(answer);
    if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}`);
    took.push(performance.now() - begun);
    await sleep(pauseMs);
  }
  return took;
}

serveMethods({
  start: (url: string, pauseMs: number) => {
    isRunning = true;
    probing = probe(url, pauseMs);
  },
  /** Resolves to the milliseconds of every look. */
  stop: () => {
    isRunning = false;
    return probing;
  },
});
