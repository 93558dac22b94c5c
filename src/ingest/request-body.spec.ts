import { Readable } from 'node:stream';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ManualClock } from '../../test/support/manual-clock';
import { DEFAULT_BODY_LIMITS } from './body-limits';
import { readBody } from './request-body';

describe('a body that waits for a place', () => {
  it('is no slow one, however long that takes', async () => {
    const clock = new ManualClock();
    const chunks = [Buffer.from('a'), Buffer.from('b')];
    const request = Object.assign(Readable.from(chunks), { headers: {} }) as unknown as IncomingMessage;
    const limits = { ...DEFAULT_BODY_LIMITS, bodyIdleMs: 1000 };
    let waits = 0;
    const aside = async <T>(wait: () => Promise<T>): Promise<T> => {
      const waited = await wait();
      waits += 1;
      // Time for many looks at the pace.
      await clock.forward(10_000, 50);
      return waited;
    };
    const read: string[] = [];
    for await (const chunk of readBody(request, {} as ServerResponse, limits, { clock, aside }))
      read.push(String(chunk));
    expect([read, waits]).toEqual([['a', 'b'], 3]);
  });
});
