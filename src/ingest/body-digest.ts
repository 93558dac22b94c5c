import { createHash } from 'node:crypto';
import { itemFormOf, type BodyFormat } from './body-format';

/** What a request says beside its body, and by which route. */
export type Beside = readonly (string | null | undefined)[];

/** What a create in that format says beside its body. */
export function besideBody(format: BodyFormat): Beside {
  if (format.kind === 'lines') return [format.kind, format.completionWindow?.text, format.metadata?.text];
  return [format.kind, itemFormOf(format).nestedKey];
}

/** A hash of all that a request says: of its body, decoded, and of what stands beside it. */
export class BodyDigest {
  private readonly hash = createHash('sha256');

  constructor(beside: Beside) {
    this.hash.update(JSON.stringify(beside));
  }

  /** The bytes, as they come, on their way to whoever reads them. */
  async *through(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of bytes) {
      this.hash.update(chunk);
      yield chunk;
    }
  }

  /** 64 hexadecimal digits, once all bytes have gone through. */
  hex(): string {
    return this.hash.digest('hex');
  }
}
