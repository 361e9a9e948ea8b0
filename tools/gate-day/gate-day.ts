import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openPolicy } from '@portillon/core/access/access-policy.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { runReadersCommand } from '@portillon/kiosk/edge/readers-desk/readers-command.ts';
import type { SeedFile } from '@portillon/sync-service/seed/seed-file.ts';
import { TestEdge } from '@portillon/sync-service/test/test-edge.ts';
import { inProject } from '../set-up/project.mjs';
import { violationsOf } from './day-checks.ts';
import { DayInBase } from './day-in-base.ts';
import { DayMembers } from './day-members.ts';
import { type DayPlan, planDay } from './day-plan.ts';
import { DayPlayer } from './day-player.ts';
import { DayProgram } from './day-program.ts';
import { DayTime, midnightMs } from './day-time.ts';
import { liveDaysBefore } from './days-before.ts';
import { EdgeOfDay } from './edge-of-day.ts';
import { type GateDayReport, reportOf, wordsOf } from './gate-day-report.ts';
import { GateHall } from './gate-hall.ts';
import { debtorDataAgeHours, graceDays, passbackMinutes } from './planned-act.ts';
import { StaffDesk } from './staff-desk.ts';
import { untilTrue } from './until-true.ts';
import { hourMs } from './visits.ts';

const usage = `npm run gate-day -- [options]   a day of a club at its gates, on real drivers, and what it came to
  --seed N          of the day (default 1): the same seed and number of people play the same day
  --people N        ordinary visitors, 10 to 1000 (default 240); what goes wrong comes on top
  --days-before N   days that the club has been open before, 0 to 60 (default 12): they teach it its sensors
  --until HOUR      plays the day up to this hour, 7 to 24 (default 24: all of it)
  --plan            prints the plan's digest and what is in it, and plays nothing
  --json            ends with one line of JSON
  --keep            leaves the folder with the logs
Ends with 1 when something does not hold.`;

const clubName = 'Lyon Part-Dieu';
const limitMs = 60_000;

interface Run {
  readonly seed: number;
  readonly people: number;
  readonly plan: DayPlan;
  readonly say: (line: string) => void;
  /** Rejects when somebody wants the day to end now. */
  readonly interrupted: Promise<never>;
}

/** The club opens its doors at half past five of the day played, and was set up two days before its first. */
async function gateDay(run: Run, folder: string): Promise<GateDayReport> {
  const { plan, say } = run;
  const startedAtMs = systemClock.monotonicMs();
  const days = plan.daysBefore.length;
  const time = new DayTime(systemClock, midnightMs(Math.max(days, graceDays + 2) + 1) + 8 * hourMs);
  const random = new SeededRandom(run.seed);
  const stops: (() => Promise<void>)[] = [];
  try {
    const base = await DayProgram.start({
      name: 'gate-day-base',
      args: [
        '--state',
        join(folder, 'base'),
        '--seed',
        seedFile(folder),
        '--gate-code-for',
        clubName,
        `--offset-ms=${time.offsetMs}`,
      ],
      logFile: join(folder, 'base.log'),
    });
    stops.unshift(() => base.stop());
    const ready = base.base;
    const clubId = ready?.clubs[clubName];
    const gateCode = ready?.gateCodes[clubName];
    const kioskCode = ready?.enrolmentCodes[clubName];
    if (!ready || !clubId || !gateCode || !kioskCode)
      throw new Error('the member base did not start as asked');
    const hall = new GateHall({ clock: systemClock, random, baseUrl: new URL(ready.url) });
    stops.unshift(() => hall.stop());
    await hall.start();
    say('member base and gates stand');

    const edgeFolder = join(folder, 'edge');
    const configFile = join(folder, 'edge.json');
    writeFileSync(configFile, JSON.stringify(hall.edgeFile(edgeFolder, gateCode)), { mode: 0o600 });
    await installReaders(configFile);
    const edge = new EdgeOfDay({ clock: systemClock, configFile, logFile: join(folder, 'edge.log') });
    stops.unshift(() => edge.stop());
    await edge.start(time.offsetMs);
    await untilTrue(
      systemClock,
      'the edge is enrolled',
      limitMs,
      async () => (await edge.health()).plans > 0,
    );

    const kiosk = await TestEdge.enrolled(ready.url, kioskCode);
    const members = await DayMembers.soldTo({
      kiosk,
      clubId,
      people: plan.people,
      clock: time.clock,
      random,
    });
    const facts = await DayInBase.connect(ready.databaseUrl);
    stops.unshift(() => facts.close());
    const edgeId = await facts.edgeOf(members.kioskId);
    const staff = await StaffDesk.signIn(ready);
    await staff.setPolicy(clubId, {
      ...openPolicy,
      antiPassback: { mode: 'hard', minutes: passbackMinutes },
      debt: { graceDays, fromCents: 1 },
      dataAgeHours: { ...openPolicy.dataAgeHours, debtor: debtorDataAgeHours },
    });
    for (const { key, standing } of plan.people) {
      if (standing === 'in-debt') await staff.writeDebt(members.memberOf(key));
      if (standing === 'suspended') {
        const suspendedUntil = new Date(midnightMs() + 48 * hourMs).toISOString();
        await staff.setStanding(members.memberOf(key), { suspendedUntil });
      }
    }
    await edge.stop();
    say(`${plan.people.length} people hold what was sold to them`);

    const before = await liveDaysBefore(edgeFolder, plan.daysBefore);
    if (before.passages > 0) say(`${days} days lived before, ${before.passages} passages`);
    const leapAlone = async (wallMs: number) => {
      time.leap(time.offsetAt(wallMs));
      await base.leap(time.offsetMs, false);
    };
    await leapAlone(midnightMs(graceDays - 2));
    // Who signed in days ago signs in again.
    const later = await StaffDesk.signIn(ready);
    for (const { key, standing } of plan.people) {
      if (standing === 'in-grace') await later.writeDebt(members.memberOf(key));
    }
    await leapAlone(midnightMs() + 5.5 * hourMs);
    await edge.start(time.offsetMs);
    await edge.devicesReady();
    await untilTrue(systemClock, 'the past of the edge is at the base', limitMs, async () => {
      const { online, outboxLeft } = await edge.health();
      return online && outboxLeft === 0;
    });
    say('the club opens');

    const player = new DayPlayer({
      plan,
      clock: systemClock,
      time,
      hall,
      edge,
      members,
      staff: () => StaffDesk.signIn(ready),
      base: facts,
      edgeId,
      leap: async (wallMs, inTouch) => {
        const offsetMs = time.offsetAt(wallMs);
        time.leap(offsetMs);
        // The edge first: it believes a base that is late, and not one from the future.
        await edge.leap(offsetMs);
        await base.leap(offsetMs, inTouch);
      },
      say,
    });
    const record = await Promise.race([player.play(), run.interrupted]);
    const checked = {
      record,
      base: await facts.atEnd(edgeId, midnightMs()),
      before: before.moments,
      passagesBefore: before.passages,
      insideAtEnd: plan.insideAtEnd,
    };
    return reportOf({
      ...checked,
      seed: run.seed,
      people: run.people,
      planDigest: plan.digest,
      daysBefore: days,
      violations: violationsOf(checked),
      midnightMs: midnightMs(),
      tookMs: systemClock.monotonicMs() - startedAtMs,
    });
  } finally {
    for (const stop of stops) await stop();
  }
}

/** The network of the demonstration, whose club is open from six to eleven in the evening. */
function seedFile(folder: string): string {
  const demo = JSON.parse(
    readFileSync(inProject('sync-service', 'seed', 'demo-network.json'), 'utf8'),
  ) as SeedFile;
  const day: [string, string][] = [['06:00', '23:00']];
  const hours = { '1': day, '2': day, '3': day, '4': day, '5': day, '6': day, '7': day };
  const seed: SeedFile = {
    ...demo,
    legalEntities: demo.legalEntities.map((entity) => ({
      ...entity,
      clubs: entity.clubs.map((club) => ({ ...club, hours })),
    })),
  };
  const path = join(folder, 'network.json');
  writeFileSync(path, JSON.stringify(seed));
  return path;
}

async function installReaders(configFile: string): Promise<void> {
  const said: string[] = [];
  const code = await runReadersCommand(['--config', configFile, '--install-new'], {
    clock: systemClock,
    log: silentLog,
    say: (line) => said.push(line),
    tell: (line) => said.push(line),
  });
  if (code !== 0) throw new Error(`the readers on the OSDP line are not well: ${said.join(' ')}`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      people: { type: 'string', default: '240' },
      'days-before': { type: 'string', default: '12' },
      until: { type: 'string', default: '24' },
      plan: { type: 'boolean' },
      json: { type: 'boolean' },
      keep: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const seed = wholeNumber('--seed', values.seed, 0, 2 ** 31 - 1);
  const people = wholeNumber('--people', values.people, 10, 1_000);
  const daysBefore = wholeNumber('--days-before', values['days-before'], 0, 60);
  const untilHour = wholeNumber('--until', values.until, 7, 24);
  const plan = planDay({ seed, people, daysBefore, untilHour });
  const say = (line: string) => process.stderr.write(`  ${line}\n`);
  say(
    `seed ${seed}: ${plan.people.length} people, ${plan.acts.length} acts, digest ${plan.digest.slice(0, 16)}`,
  );
  if (values.plan) return 0;
  const folder = mkdtempSync(join(tmpdir(), 'portillon-gate-day-'));
  // The account of PostgreSQL must get at its data.
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'base'));
  try {
    const report = await gateDay({ seed, people, plan, say, interrupted: interrupted() }, folder);
    process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : wordsOf(report));
    return report.ok ? 0 : 1;
  } finally {
    if (values.keep) say(`kept: ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

/** Programs and folders are cleared away all the same. */
function interrupted(): Promise<never> {
  const asked = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => reject(new Error(`ended by ${signal}`)));
    }
  });
  // The day looks at it once the club is open.
  asked.catch(() => undefined);
  return asked;
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most) {
    throw new Error(`${option} takes a whole number from ${least} to ${most}, not "${text}".`);
  }
  return value;
}

const code = await main().catch((error: Error) => {
  process.stderr.write(`${error.stack ?? error.message}\n`);
  return 1;
});
// Left to itself, Node may wait for ever in its own tidying for what it has closed.
process.exit(code);
