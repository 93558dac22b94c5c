import { eventually } from '../service/leftovers';
import type { CrashLane } from './crash-lane';
import { isOfProcess } from './moments';
import { WAIT_MS } from './orders';

const otherAttempt = (id: string) => `${id.slice(0, id.indexOf('-'))}-zzzzzzzz`;
const otherItem = (id: string) => id.replace(/^r\d+/, 'r0000099');

type Spoil = (rows: string[]) => string[];

const json = (row: string) => JSON.parse(row) as { custom_id: string; response: { body: object } };
const withId = (row: string, id: (own: string) => string) =>
  JSON.stringify({ ...json(row), custom_id: id(json(row).custom_id) });
const otherBody = (row: string) => {
  const { response, ...rest } = json(row);
  return JSON.stringify({ ...rest, response: { ...response, body: { wrong: true } } });
};

/** What a provider makes of the rows of a download, once. */
const SPOILS = {
  'garbage between the rows': (rows) => rows.flatMap((row) => ['\u0000\ufffd not a row', row, '{"custom_id":']),
  'every row twice': (rows) => [...rows, ...rows],
  'every row twice, the second with another body': (rows) => [...rows, ...rows.map(otherBody)],
  'rows of another attempt beside ours': (rows) => [...rows.map((row) => withId(row, otherAttempt)), ...rows],
  'rows of another attempt in place of ours': (rows) => rows.map((row) => withId(row, otherAttempt)),
  'rows of items that the part has not': (rows) => [...rows.map((row) => withId(row, otherItem)), ...rows],
  'a page of HTML': () => ['<html>', '<body>Maintenance</body>', '</html>'],
  'nothing at all': () => [],
} as const satisfies Record<string, Spoil>;
export type DownloadFault = keyof typeof SPOILS;
export const DOWNLOAD_FAULTS = Object.keys(SPOILS) as readonly DownloadFault[];

/** Spoils the next download of a process; the answer waits until that was done. */
export function spoilNext({ simulator }: CrashLane, fault: DownloadFault): () => Promise<void> {
  let spoilt = false;
  const remove = simulator.onRequest(async (route, phase, request) => {
    if (route !== 'content' || phase !== 'received' || !isOfProcess(request)) return;
    remove();
    const { authorization = '' } = request.headers;
    const answer = await fetch(simulator.origin + request.path, { headers: { authorization } });
    const rows = (await answer.text()).trimEnd().split('\n');
    const body = SPOILS[fault](rows).map((row) => `${row}\n`);
    simulator.faults.add({ route, kind: { status: 200, body: body.join('') } });
    spoilt = true;
  });
  return () => eventually('a download is asked for', async () => spoilt, WAIT_MS);
}
