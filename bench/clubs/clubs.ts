import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { type ClubsReport, wordsOf } from './clubs-report.ts';
import { ClubsRun } from './clubs-run.ts';

const usage = `npm run clubs -- [options]   many clubs against one member base, real HTTP, cuts, kills and wrong clocks
  --clubs N      how many (default 250)
  --hours H      of the clubs' time (default 2); 0.1 is the least
  --seed N       of what happens (default 1): the same seed and size play the same plan
  --speed N      minutes of the clubs' time in a minute (default 60)
  --halls N      processes that hold the boxes, each of which loses its power once (default 4)
  --json         ends with one line of JSON
  --boxes-in DIR where the disks of the boxes are (default: in memory where the system has such a place); that of the
                 base is a real one
  --keep         leaves the folder with the stores and the base
Ends with 1 when an event is lost, twice or out of order, a book is behind, or a photo is missing.`;

/** Linux keeps one in memory. Power cuts here are kills: what was handed to the system is not lost by them. */
const memoryFolder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      clubs: { type: 'string', default: '250' },
      hours: { type: 'string', default: '2' },
      seed: { type: 'string', default: '1' },
      speed: { type: 'string', default: '60' },
      halls: { type: 'string', default: '4' },
      'boxes-in': { type: 'string', default: memoryFolder },
      json: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [clubs, hours, seed, speed, halls] = [
    values.clubs,
    values.hours,
    values.seed,
    values.speed,
    values.halls,
  ].map(Number) as [number, number, number, number, number];
  const isCount = (value: number, most: number) => Number.isInteger(value) && value >= 1 && value <= most;
  const understood = isCount(clubs, 1_000) && isCount(seed, 1e9) && isCount(halls, 32) && halls <= clubs;
  if (values.help || !understood || !(hours >= 0.1 && hours <= 100) || !(speed >= 1 && speed <= 1_000)) {
    process.stdout.write(`${usage}\n`);
    return values.help ? 0 : 2;
  }
  const folder = mkdtempSync(join(tmpdir(), 'portillon-clubs-'));
  chmodSync(folder, 0o755); // the account of PostgreSQL goes through it
  const boxesFolder = mkdtempSync(join(values['boxes-in'], 'portillon-boxes-'));
  const say = (line: string) => process.stderr.write(`· ${line}\n`);
  try {
    const loadBefore = loadavg()[0] ?? 0;
    const run = new ClubsRun({
      size: { clubs, hours, seed, halls },
      speed,
      folder,
      boxesFolder,
      clock: systemClock,
      say,
    });
    const report: ClubsReport = { ...(await run.play()), loadBefore, loadAfter: loadavg()[0] ?? 0 };
    process.stdout.write(wordsOf(report));
    if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    return report.verdict.holds ? 0 : 1;
  } finally {
    if (values.keep) say(`left in ${folder} and ${boxesFolder}`);
    else for (const each of [folder, boxesFolder]) rmSync(each, { recursive: true, force: true });
  }
}

process.exitCode = await main().catch((error: Error) => {
  process.stderr.write(`The clubs could not be played: ${error.stack ?? error.message}\n`);
  return 1;
});
