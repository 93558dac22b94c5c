import { pipeline, Transform, type Readable } from 'node:stream';

const BUFFERED_BYTES = 256 * 1024;

/** An answer's body that must be as long as was said: one that is cut fails, and never looks like the end. */
export function wholeBody(key: string, body: Readable, length: number | undefined): Readable {
  let received = 0;
  const cut = (cause?: unknown) =>
    new Error(`The blob ${key} was cut after ${received} of ${length ?? 'unknown'} bytes`, { cause });
  const checked = new Transform({
    highWaterMark: BUFFERED_BYTES,
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      done(null, chunk);
    },
    flush(done) {
      done(length === undefined || received === length ? null : cut());
    },
  });
  // Before the pipeline, which would pass the bare error on.
  body.once('error', (cause) => checked.destroy(cut(cause)));
  // A failure before anyone reads is told to whoever reads then; unheard it would end the process.
  checked.on('error', () => undefined);
  pipeline(body, checked, () => undefined);
  return checked;
}
