import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock, settled } from '../../test/support/manual-clock';
import { SystemHostNames } from './host-names';

const HEADER_BYTES = 12;
const [A, AAAA] = [1, 28];
const [ANSWER, NO_SUCH_NAME] = [0x8180, 0x8183];
const KNOWN: Readonly<Record<string, Readonly<Record<number, number[]>>>> = {
  'both.example': { [A]: [192, 0, 2, 1], [AAAA]: [...Buffer.from('20010db8000000000000000000000001', 'hex')] },
  'one.example': { [A]: [192, 0, 2, 2] },
};

/** The name that a DNS message of RFC 1035 asks for, and what follows it. */
function questionOf(message: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = message[at]!; length > 0; length = message[at]!) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), type: message.readUInt16BE(at + 1), end: at + 5 };
}

/** Null for a name that is never answered. */
function answerTo(message: Buffer): Buffer | null {
  const { name, type, end } = questionOf(message);
  if (name === 'silent.example') return null;
  const data = KNOWN[name]?.[type];
  const head = Buffer.from(message.subarray(0, end));
  head.writeUInt16BE(KNOWN[name] ? ANSWER : NO_SUCH_NAME, 2);
  head.writeUInt16BE(data ? 1 : 0, 6);
  head.fill(0, 8, HEADER_BYTES);
  if (!data) return head;
  return Buffer.concat([head, Buffer.from([0xc0, HEADER_BYTES, 0, type, 0, 1, 0, 0, 0, 0, 0, data.length, ...data])]);
}

describe('SystemHostNames', () => {
  let clock: ManualClock;
  let server: Socket;
  let asked: number;
  let folder: string;
  let names: SystemHostNames;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hosts-'));
    server = createSocket('udp4', (message, from) => {
      asked++;
      const answer = answerTo(message);
      if (answer) server.send(answer, from.port, from.address);
    });
    server.bind(0, '127.0.0.1');
    await once(server, 'listening');
  });
  beforeEach(() => {
    [clock, asked] = [new ManualClock(), 0];
    const hostsFile = join(folder, 'hosts');
    names = new SystemHostNames(clock, { hostsFile, servers: [`127.0.0.1:${server.address().port}`] });
  });
  afterAll(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  it('finds the addresses of both families that the servers have', async () => {
    expect(await names.addressesOf('both.example')).toEqual([
      { address: '192.0.2.1', family: 4 },
      { address: '2001:db8::1', family: 6 },
    ]);
    expect(await names.addressesOf('one.example')).toEqual([{ address: '192.0.2.2', family: 4 }]);
    expect(clock.sleeping).toBe(0);
  });

  it('takes the word of the hosts file before that of a server', async () => {
    const text = '127.0.0.1 localhost # both.example\n10.0.0.1\tHooks.internal one.example\n::1 localhost\nx y\n';
    await writeFile(join(folder, 'hosts'), text);
    expect(await names.addressesOf('hooks.internal')).toEqual([{ address: '10.0.0.1', family: 4 }]);
    expect(await names.addressesOf('one.example')).toEqual([{ address: '10.0.0.1', family: 4 }]);
    expect(await names.addressesOf('localhost')).toEqual([
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ]);
    expect(asked).toBe(0);
    expect(await names.addressesOf('both.example')).toHaveLength(2);
  });

  it('throws for a name that nobody knows', async () => {
    await expect(names.addressesOf('unknown.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('finds a host while many others are not answered, and gives those up in the end', async () => {
    const silent = Array.from({ length: 20 }, () => names.addressesOf('silent.example'));
    const given = Promise.allSettled(silent);
    while (asked < 40) await settled();
    expect(await names.addressesOf('both.example')).toHaveLength(2);
    await clock.forward(5_000);
    for (const result of await given) expect(result).toMatchObject({ reason: { code: 'ECANCELLED' } });
  });
});
