import fc from 'fast-check';
import { FrameReader, type Frame } from './wire-frames';

const startup = message('', Buffer.concat([int32(196608), Buffer.from('user\0postgres\0\0')]));

describe('FrameReader', () => {
  it('finds the same messages however the bytes arrive', () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 });
    fc.assert(
      fc.property(bodies, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (list, steps) => {
        const messages = [startup, ...list.map((body) => message('Q', body))];
        const reader = new FrameReader();
        const frames = pieces(Buffer.concat(messages), steps).flatMap((piece) => reader.push(piece));
        expect(frames).toEqual(messages.map((bytes): Frame => ({ kind: 'message', bytes })));
      }),
    );
  });

  it('sees a question about encryption, the startup after it, and the end', () => {
    const question = message('', int32(80877103));
    const frames = new FrameReader().push(Buffer.concat([question, startup, message('X', Buffer.alloc(0))]));
    expect(frames).toEqual([{ kind: 'encryption-request' }, { kind: 'message', bytes: startup }, { kind: 'end' }]);
  });

  it('takes a request to cancel for the end, since there is no other session to cancel', () => {
    const cancel = message('', Buffer.concat([int32(80877102), int32(1), int32(2)]));
    expect(new FrameReader().push(cancel)).toEqual([{ kind: 'end' }]);
  });
});

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function message(type: string, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(type), int32(4 + body.length), body]);
}

/** Cuts bytes into pieces whose sizes repeat those given. */
function pieces(bytes: Buffer, steps: number[]): Buffer[] {
  const result: Buffer[] = [];
  for (let start = 0, turn = 0; start < bytes.length; turn += 1) {
    const end = start + steps[turn % steps.length]!;
    result.push(bytes.subarray(start, end));
    start = end;
  }
  return result;
}
