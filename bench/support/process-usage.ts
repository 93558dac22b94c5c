import { readFileSync } from 'node:fs';

/** Ticks a second of the times in /proc, on every Linux that Node runs on. */
const TICKS = 100;
const KIB = 1024;
const LOOK_MS = 20;

/** CPU seconds that a process has used so far, in user and system mode. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name in parentheses may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Resident memory of a process, in bytes. */
export function residentBytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  return Number(line?.[1]) * KIB;
}

/** Resident memory of a process, in bytes, every 20 ms while `work` runs; and what `work` resolves to. */
export async function residentWhile<T>(pid: number, work: () => Promise<T>): Promise<{ bytes: number[]; result: T }> {
  const bytes = [residentBytes(pid)];
  const look = () => bytes.push(residentBytes(pid));
  const timer = setInterval(look, LOOK_MS);
  try {
    const result = await work();
    look();
    return { bytes, result };
  } finally {
    clearInterval(timer);
  }
}

/** The most of {@link residentWhile}. */
export async function peakResidentBytes<T>(pid: number, work: () => Promise<T>): Promise<{ peak: number; result: T }> {
  const { bytes, result } = await residentWhile(pid, work);
  return { peak: most(bytes), result };
}

/** Of more numbers than a call takes. */
export function most(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b));
}
