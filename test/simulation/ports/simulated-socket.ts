import { Duplex } from 'node:stream';
import { FrameReader } from '../../../src/persistence/embedded/wire-frames';
import type { Actor } from '../kernel/actor';
import type { BackendAnswer } from './backend-messages';
import type { OneSession, SessionUser } from './one-session';
import type { Ports } from './ports';

/** "You are in", and "ready for a query, outside a transaction". */
const WELCOME = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);
const ENDS_A_REQUEST = new Set(['Q', 'S'].map((type) => type.charCodeAt(0)));

/** Hears of what a connection's requests did once it is certain. */
export type Answered = (answer: BackendAnswer) => void;

export interface SocketOptions {
  readonly owner: Actor;
  readonly session: OneSession;
  /** Null while the process boots: its requests are then answered at once, and nothing goes wrong. */
  readonly ports: () => Ports | null;
  readonly answered: Answered;
}

/** What `pg` takes for its connection to a server: every request takes its turn at the one session. */
export class SimulatedSocket extends Duplex implements SessionUser {
  readonly owner: Actor;
  private readonly frames = new FrameReader();
  private request: Buffer[] = [];

  constructor(private readonly options: SocketOptions) {
    super();
    this.owner = options.owner;
    this.once('close', () => options.session.abandon(this));
  }

  connect(): this {
    process.nextTick(() => this.emit('connect'));
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {
    // What there is to read is pushed.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    for (const frame of this.frames.push(chunk)) {
      if (frame.kind === 'end') this.destroy();
      else if (frame.kind === 'message') this.gather(frame.bytes);
    }
    done();
  }

  private gather(message: Buffer): void {
    // The first message has no type: it asks to be let in.
    if (message[0] === 0) return void this.push(WELCOME);
    this.request.push(message);
    if (!ENDS_A_REQUEST.has(message[0]!)) return;
    const request = Buffer.concat(this.request);
    this.request = [];
    this.send(request);
  }

  private send(request: Buffer): void {
    const { session, ports, answered } = this.options;
    const effect = () => {
      const answer = session.execute(this, request);
      answered(answer);
      return answer;
    };
    const answer = ({ bytes }: BackendAnswer) => void (this.destroyed || this.push(bytes));
    const port = ports();
    if (!port) return answer(effect());
    port.call({
      port: 'database',
      label: textOf(request),
      canRun: () => session.isFreeFor(this),
      effect,
      answer,
      fail: () => this.cut(),
    });
  }

  private cut(): void {
    this.options.session.abandon(this);
    this.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' }));
  }
}

/** Everything that was asked, values too, as far as it can be read. */
function textOf(request: Buffer): string {
  return request.toString('latin1').replace(/[^ -~]+/g, ' ');
}
