/** More members than a request or its body has; an object with more of them is read the slow way. */
const MAX_MEMBERS = 64;
const STRIDE = 4;

/**
 * Where the members of an object are, as positions in the buffer that it was found in, ends exclusive. A key's span has its
 * quotes, a value's has no white space around it. Reused from one object to the next.
 */
export class MemberSpans {
  private readonly spans = new Int32Array(MAX_MEMBERS * STRIDE);
  private count = 0;

  clear(): void {
    this.count = 0;
  }

  /** False when there is no room for another. */
  add(keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): boolean {
    if (this.count === MAX_MEMBERS) return false;
    const at = this.count++ * STRIDE;
    this.spans[at] = keyStart;
    this.spans[at + 1] = keyEnd;
    this.spans[at + 2] = valueStart;
    this.spans[at + 3] = valueEnd;
    return true;
  }

  /** The number of the member whose key is, with its quotes, `quotedKey`; -1 when there is none. */
  find(bytes: Buffer, quotedKey: Buffer): number {
    for (let member = 0; member < this.count; member++) {
      const at = member * STRIDE;
      if (holds(bytes, this.spans[at]!, this.spans[at + 1]!, quotedKey)) return member;
    }
    return -1;
  }

  valueStart(member: number): number {
    return this.spans[member * STRIDE + 2]!;
  }

  valueEnd(member: number): number {
    return this.spans[member * STRIDE + 3]!;
  }

  /** Whether two keys are the same, which they are only byte for byte: none has an escape. */
  hasDuplicate(bytes: Buffer): boolean {
    const { spans, count } = this;
    for (let member = 1; member < count; member++) {
      const [start, end] = [spans[member * STRIDE]!, spans[member * STRIDE + 1]!];
      for (let other = 0; other < member; other++) {
        const otherStart = spans[other * STRIDE]!;
        if (spans[other * STRIDE + 1]! - otherStart !== end - start) continue;
        let same = 1;
        while (start + same < end && bytes[start + same] === bytes[otherStart + same]) same++;
        if (start + same === end) return true;
      }
    }
    return false;
  }
}

/** Whether the bytes from `start` to `end` are exactly those of `text`. */
export function holds(bytes: Buffer, start: number, end: number, text: Buffer): boolean {
  if (end - start !== text.length) return false;
  for (let at = 0; at < text.length; at++) if (bytes[start + at] !== text[at]) return false;
  return true;
}
