import { setTimeout as sleep } from 'node:timers/promises';
import { SystemClock } from '../../common/clock';
import type { ShownBatch } from './batch';
import { RefusedError, UnreachableError } from './call-errors';
import { Follower } from './follower';

const LONGEST_MS = 15_000;
const batch = (status: ShownBatch['status'], completed = 0): ShownBatch => ({
  id: 'batch_1',
  status,
  model: 'm',
  provider: 'p',
  created_at: 0,
  expires_at: 0,
  request_counts: { total: 2, completed, failed: 0 },
});
const refused = (status: number) => new RefusedError(status, 'x', 'm', null, 0, null, null);

/** The system's, a hundred times as fast. */
class FastClock extends SystemClock {
  readonly slept: number[] = [];

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.slept.push(ms);
    return super.sleep(ms / 100, signal);
  }
}

/** Does not come to the end of the longest wait. */
class PatientClock extends FastClock {
  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return super.sleep(ms, signal).then(() => (ms < LONGEST_MS || signal?.aborted ? undefined : this.never(signal)));
  }

  private never(signal?: AbortSignal): Promise<void> {
    return new Promise((done) => signal?.addEventListener('abort', () => done(), { once: true }));
  }
}

class Service {
  asked = 0;
  readonly lastEventIds: (string | null)[] = [];

  /** @param streams of events, one a connection; none where the service has no such route */
  constructor(
    private readonly states: (ShownBatch | Error)[],
    private readonly streams: (() => ReadableStream | Promise<ReadableStream>)[] = [],
  ) {}

  async get(): Promise<ShownBatch> {
    const state = this.states[Math.min(this.asked++, this.states.length - 1)]!;
    if (state instanceof Error) throw state;
    return state;
  }

  async events(_: string, lastEventId: string | null): Promise<Response> {
    this.lastEventIds.push(lastEventId);
    const stream = this.streams.shift();
    if (stream === undefined) throw refused(404);
    return new Response(await stream(), { headers: { 'content-type': 'text/event-stream; charset=utf-8' } });
  }
}

function follow(service: Service, signal = new AbortController().signal, clock = new FastClock()) {
  const [shown, away]: [string[], string[]] = [[], []];
  const sink = {
    show: ({ status }: ShownBatch) => shown.push(status),
    tellAway: (error: Error) => away.push(error.message),
  };
  return { clock, shown, away, ended: new Follower(service, clock, signal).follow('batch_1', sink) };
}

describe('Follower', () => {
  it('asks ever more seldom, and anew after a change', async () => {
    const states = [...Array<ShownBatch>(12).fill(batch('in_progress')), batch('finalizing'), batch('completed')];
    const { clock, shown, ended } = follow(new Service(states));
    expect(await ended).toEqual(batch('completed'));
    expect(shown).toEqual(states.map(({ status }) => status));
    const waits = clock.slept.filter((ms) => ms !== 250).map((ms) => ms + 250);
    expect(waits).toEqual([...waits.slice(0, 12)].sort((a, b) => a - b).concat(waits.slice(12)));
    expect([waits[0], waits[11], waits[12]]).toEqual([1000, 15_000, 1000]);
  });

  it('waits for a service that is away, and says so once each time', async () => {
    const gone = new UnreachableError('http://h', 'ECONNRESET', null);
    const service = new Service([gone, gone, batch('in_progress'), refused(503), batch('completed')]);
    const { away, ended } = follow(service);
    expect((await ended).status).toBe('completed');
    expect(away).toEqual(['http://h cannot be reached (ECONNRESET)', 'm']);
  });

  it('ends with a refusal that waiting does not mend', async () => {
    await expect(follow(new Service([batch('in_progress'), refused(404)])).ended).rejects.toMatchObject({
      status: 404,
    });
  });

  it('ends with the signal', async () => {
    const interrupt = new AbortController();
    const { ended } = follow(new Service([batch('in_progress')]), interrupt.signal);
    interrupt.abort(new Error('stop'));
    await expect(ended).rejects.toThrow('stop');
  });

  it('asks at once after an event, seldom otherwise, and goes on behind the last one when the stream breaks', async () => {
    const encoder = new TextEncoder();
    const streams: ReadableStreamDefaultController[] = [];
    const stream = () => new ReadableStream({ start: (controller) => void streams.push(controller) });
    const states = [batch('in_progress')];
    const service = new Service(states, [stream, stream]);
    const { clock, ended } = follow(service, new AbortController().signal, new PatientClock());
    await until(() => clock.slept.includes(LONGEST_MS));
    const { asked } = service;
    streams[0]?.enqueue(encoder.encode('retry: 2000\n\nid: 4\nda'));
    streams[0]?.enqueue(encoder.encode('ta: {}\n\n:\n\n'));
    await until(() => service.asked > asked);
    streams[0]?.close();
    await until(() => streams.length === 2);
    expect(service.lastEventIds).toEqual([null, '4']);
    states.splice(0, states.length, batch('completed', 2));
    streams[1]?.enqueue(encoder.encode('data: {}\n\n'));
    expect((await ended).request_counts.completed).toBe(2);
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(1);
}
