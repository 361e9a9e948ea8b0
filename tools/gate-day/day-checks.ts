import type { BaseAtEnd } from './day-in-base.ts';
import type { CountedMoment, DayRecord } from './day-record.ts';

export interface Violation {
  readonly invariant: string;
  readonly sentence: string;
}

export interface DayChecked {
  readonly record: DayRecord;
  readonly base: BaseAtEnd;
  /** Of the days before, from when the sensors were known. */
  readonly before: readonly CountedMoment[];
  readonly passagesBefore: number;
  /** As the plan has it. */
  readonly insideAtEnd: number;
}

/** I5: the two seconds after which the card is tried, and the moment that the try itself takes. */
const revokedWithinMs = 4_000;
/** A book is no older while the line works. */
const freshMs = 60_000;
/** What the base's and the edge's wall may differ by, and the contact before the cut. */
const slackMs = 60_000;

/** Everything of a played day that must hold; empty when it does. Pure. */
export function violationsOf(day: DayChecked): Violation[] {
  return [
    ...decisionsAsPlanned(day),
    ...passagesOnce(day),
    ...revoked(day),
    ...nobodyUnasked(day),
    ...drained(day),
    ...wayOut(day),
    ...dataAges(day),
    ...counting(day),
    ...alarms(day),
    ...day.record.mishaps.map((sentence) => ({ invariant: 'plan', sentence })),
  ];
}

function decisionsAsPlanned({ record: { shown } }: DayChecked): Violation[] {
  return shown.flatMap(({ person, gateId, expected, decided }) => {
    const want =
      expected.outcome === 'granted' ? `granted by the ${expected.by}` : `refused: ${expected.reason}`;
    const got = !decided
      ? 'nothing'
      : decided.outcome === 'granted'
        ? `granted by the ${decided.by}`
        : `refused: ${decided.reason}`;
    return want === got
      ? []
      : [{ invariant: 'I13', sentence: `${person} at ${gateId}: ${got}, and not ${want}` }];
  });
}

/** I4 */
function passagesOnce({ record, base, passagesBefore }: DayChecked): Violation[] {
  const found: Violation[] = [];
  const broken = (sentence: string) => found.push({ invariant: 'I4', sentence });
  const { sensed, turned, turnedUnwatched } = record;
  const inBase = (direction: string) =>
    base.passages.filter((passage) => passage.direction === direction).length;
  if (inBase('entry') !== sensed.entries || inBase('exit') !== sensed.exits) {
    broken(
      `the edge saw ${sensed.entries} go in and ${sensed.exits} out, the base has ${inBase('entry')} and ${inBase('exit')}`,
    );
  }
  const [turns, told] = [turned.entries + turned.exits, sensed.entries + sensed.exits];
  // A board may keep for its edge what happened while there was none.
  if (told > turns || told < turns - turnedUnwatched) {
    broken(
      `the arms turned ${turns} times, ${turnedUnwatched} of them with no edge there, which saw ${told}`,
    );
  }
  if (base.passagesBefore !== passagesBefore) {
    broken(`the days before had ${passagesBefore} passages, the base has ${base.passagesBefore}`);
  }
  const decided = record.shown.filter(({ decided }) => decided).map(({ decided }) => decided?.decisionId);
  const known = new Set(base.decisions.map(({ id }) => id));
  const missing = decided.filter((id) => id !== undefined && !known.has(id)).length;
  if (missing > 0 || known.size !== decided.length) {
    broken(`${decided.length} decisions were taken, the base has ${known.size}, ${missing} are missing`);
  }
  if (!base.withoutGap) broken('the events of an edge have a gap at the base');
  if (base.parked > 0) broken(`the base has parked ${base.parked} events`);
  return found;
}

/** I5 */
function revoked({ record: { lost } }: DayChecked): Violation[] {
  return lost.flatMap(({ person, whileCut, refusedAfterMs }) => {
    if (refusedAfterMs === null)
      return [{ invariant: 'I5', sentence: `${person} was reported lost and never refused` }];
    return whileCut || refusedAfterMs <= revokedWithinMs
      ? []
      : [
          {
            invariant: 'I5',
            sentence: `${person} was refused ${Math.round(refusedAfterMs)} ms after the report`,
          },
        ];
  });
}

/** I6: one person for each release, nobody whom the rule has refused, and none by a grant but who was sold one. */
function nobodyUnasked({ record, base }: DayChecked): Violation[] {
  const found: Violation[] = [];
  const broken = (sentence: string) => found.push({ invariant: 'I6', sentence });
  for (const { person, gotThrough } of record.shown.filter((one) => one.gotThrough)) {
    broken(`${person} was refused, and the gate was released all the same (${gotThrough})`);
  }
  const byDecision = new Map<string, number>();
  for (const { decisionId } of base.passages) {
    if (decisionId) byDecision.set(decisionId, (byDecision.get(decisionId) ?? 0) + 1);
  }
  const twice = [...byDecision.values()].filter((count) => count > 1).length;
  if (twice > 0) broken(`${twice} decisions let more than one person in`);
  const granted = new Set(base.decisions.filter(({ outcome }) => outcome === 'granted').map(({ id }) => id));
  const stray = [...byDecision.keys()].filter((id) => !granted.has(id)).length;
  if (stray > 0) broken(`${stray} passages belong to no grant`);
  const unasked = base.passages.filter(
    ({ direction, decisionId }) => direction === 'entry' && !decisionId,
  ).length;
  if (unasked !== record.forced) {
    broken(`${record.forced} came in by force, and ${unasked} entries belong to no decision`);
  }
  if (record.turned.entries > record.releases + record.forced) {
    broken(`${record.turned.entries} went in on ${record.releases} releases and ${record.forced} by force`);
  }
  return found;
}

/** I7 */
function drained({ record: { outboxLeft } }: DayChecked): Violation[] {
  return outboxLeft === 0
    ? []
    : [{ invariant: 'I7', sentence: `${outboxLeft} events are still owed at the end of the day` }];
}

/** I9 */
function wayOut({ record: { exitsRefused, exitsTried } }: DayChecked): Violation[] {
  return exitsRefused === 0
    ? []
    : [{ invariant: 'I9', sentence: `${exitsRefused} of ${exitsTried} were not let out` }];
}

/** Everybody who came in by force was reported, and nobody else. */
function alarms({ record: { forced, forcedAlarms } }: DayChecked): Violation[] {
  return forced === forcedAlarms
    ? []
    : [
        {
          invariant: 'alarms',
          sentence: `${forced} came in by force, and the edge has raised ${forcedAlarms} alarms`,
        },
      ];
}

/** I13: each decision says how old its data were; nothing while the line works, as long as the cut while it does not. */
function dataAges({ record, base }: DayChecked): Violation[] {
  const found: Violation[] = [];
  for (const { id, atMs, dataAgeMs } of base.decisions) {
    const broken = (sentence: string) =>
      found.push({ invariant: 'I13', sentence: `decision ${id}: ${sentence}` });
    const cut = record.cuts.find(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
    if (dataAgeMs === null) broken('it does not say how old its data were');
    else if (!cut && dataAgeMs > freshMs) broken(`its data were ${dataAgeMs} ms old with the network there`);
    else if (cut && Math.abs(dataAgeMs - (atMs - cut.fromMs)) > slackMs) {
      broken(`its data were ${dataAgeMs} ms old, ${Math.round(atMs - cut.fromMs)} ms after the cut`);
    }
  }
  return found;
}

/** A club with fewer passages says little of a counter: chance weighs more than the sensors. */
const fewestVisits = 2_000;

/** Whether there are enough days and people to judge the count by. */
export function isJudged({ passagesBefore }: Pick<DayChecked, 'passagesBefore'>): boolean {
  return passagesBefore >= 2 * fewestVisits;
}

/** OC14, over all days from when the sensors were known. */
function counting(day: DayChecked): Violation[] {
  const found: Violation[] = [];
  const { before, record, insideAtEnd: planned } = day;
  if (record.insideAtEnd !== planned) {
    found.push({
      invariant: 'plan',
      sentence: `${record.insideAtEnd} are inside at the end, and the plan has ${planned}`,
    });
  }
  if (!isJudged(day)) return found;
  const all = [...before, ...record.moments];
  const [edge, plain] = [meanError(all, (one) => one.edge), meanError(all, (one) => one.plain)];
  if (edge > plain / 2) {
    found.push({
      invariant: 'OC14',
      sentence: `the mean error of the count is ${edge.toFixed(2)}, a plain counter's ${plain.toFixed(2)}`,
    });
  }
  return found;
}

/** Persons, on average over the moments; 0 for none. */
export function meanError(
  moments: readonly CountedMoment[],
  of: (moment: CountedMoment) => number | null,
): number {
  const errors = moments.flatMap((moment) => {
    const count = of(moment);
    return count === null ? [] : [Math.abs(count - moment.truth)];
  });
  return errors.reduce((sum, error) => sum + error, 0) / Math.max(errors.length, 1);
}

/** The p-th part of the values, sorted; null for none. */
export function quantile(values: readonly number[], p: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? null;
}
