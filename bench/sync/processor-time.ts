import { readdirSync, readFileSync } from 'node:fs';

/** Of Linux, on every processor it runs on. */
const ticksPerSecond = 100;

interface ProcessTimes {
  readonly parent: number;
  readonly ms: number;
}

/** What a process and all that it started have worked so far, in ms of one core: waiting and others' work are not in it. */
export function processorMs(pid: number): number {
  const all = new Map<number, ProcessTimes>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const times = timesOf(entry);
    if (times) all.set(Number(entry), times);
  }
  const of = (parent: number): number =>
    (all.get(parent)?.ms ?? 0) +
    [...all].reduce((sum, [child, times]) => (times.parent === parent ? sum + of(child) : sum), 0);
  return of(pid);
}

function timesOf(pid: string): ProcessTimes | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold anything; behind it stand the state, the parent, and from the 12th on the times.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14]);
    return { parent: Number(fields[1]), ms: (ticks * 1_000) / ticksPerSecond };
  } catch {
    return null; // it has ended meanwhile
  }
}
