/**
 * How many are probably inside, and between which bounds: sensors miss people who leave behind one another's back, and
 * people who slip in. What they miss is learnt from day to day. Pure; rules by number: SPEC.md.
 */
export interface Gauge {
  /** Inside when the day began. */
  readonly atStart: number;
  /** Passages seen since. */
  readonly entries: number;
  readonly exits: number;
  /** Exits seen for each entry seen, over whole days: 1 where nothing is missed. */
  readonly exitsPerEntry: number;
  readonly daysLearnt: number;
  /** Of the days it was learnt from. */
  readonly entriesPerDay: number;
  /** Mean stay, learnt where exits are seen. */
  readonly stayMs: number;
  /** Entries by when they were, for clubs without exits and for the turn of a day that never ends. */
  readonly recent: readonly Cohort[];
  /** Sum of people inside over time, for the mean stay: people × ms. */
  readonly personMs: number;
  readonly lastMs: number | null;
}

interface Cohort {
  readonly fromMs: number;
  readonly count: number;
}

export interface Estimate {
  readonly inside: number;
  /** In nineteen of twenty moments the truth lies between these. */
  readonly low: number;
  readonly high: number;
}

const minuteMs = 60_000;
/** Before anything is learnt. */
export const firstStayMs = 70 * minuteMs;
const binMs = 10 * minuteMs;
/** Nobody trains longer. */
export const longestStayMs = 6 * 60 * minuteMs;
/** A day with fewer people says nothing of the sensors. */
const fewestToLearn = 30;
/** Weight of the newest day. */
const learning = 0.3;
const ratioBounds = [0.5, 1.5] as const;
/** Until a day has been learnt: as much as sensors may miss. */
const unlearntMiss = 0.1;
/** How wrong the learnt stay may be for all who are inside now: a class, a holiday, bad weather. */
const stayUnsure = 0.25;
const z = 1.96;

export const emptyGauge: Gauge = {
  atStart: 0,
  entries: 0,
  exits: 0,
  exitsPerEntry: 1,
  daysLearnt: 0,
  entriesPerDay: 0,
  stayMs: firstStayMs,
  recent: [],
  personMs: 0,
  lastMs: null,
};

/** OC7, OC9: a passage at its own time; one that comes late counts like any other. */
export function passed(gauge: Gauge, direction: 'entry' | 'exit', atMs: number): Gauge {
  const later = flowed(gauge, atMs);
  if (direction === 'exit') return { ...later, exits: later.exits + 1 };
  const fromMs = Math.floor(atMs / binMs) * binMs;
  const known = later.recent.find((cohort) => cohort.fromMs === fromMs);
  const recent = known
    ? later.recent.map((cohort) => (cohort === known ? { fromMs, count: cohort.count + 1 } : cohort))
    : [...later.recent, { fromMs, count: 1 }].sort((a, b) => a.fromMs - b.fromMs);
  const oldestMs = (later.lastMs ?? atMs) - longestStayMs;
  return {
    ...later,
    entries: later.entries + 1,
    recent: recent.filter((cohort) => cohort.fromMs >= oldestMs),
  };
}

/** People × time up to now. */
function flowed(gauge: Gauge, atMs: number): Gauge {
  if (gauge.lastMs === null || atMs <= gauge.lastMs) return { ...gauge, lastMs: gauge.lastMs ?? atMs };
  const personMs = gauge.personMs + mostLikely(gauge) * (atMs - gauge.lastMs);
  return { ...gauge, personMs, lastMs: atMs };
}

function mostLikely({ atStart, entries, exits, exitsPerEntry }: Gauge): number {
  return Math.min(Math.max(atStart + entries - exits / exitsPerEntry, 0), atStart + entries);
}

/** OC8, OC10, OC11. */
export function estimate(gauge: Gauge, nowMs: number, exitsAreSensed: boolean): Estimate {
  if (!exitsAreSensed) return byStay(gauge, nowMs);
  const { atStart, entries, exits, exitsPerEntry, entriesPerDay, daysLearnt } = gauge;
  const inside = mostLikely(gauge);
  if (daysLearnt === 0) {
    const low = Math.max(0, atStart + entries - exits / (1 - unlearntMiss));
    return rounded(
      inside,
      low,
      inside + (entries + exits) * unlearntMiss * (exits > entries + atStart ? 1 : 0),
    );
  }
  // Each passage is seen or not: what they come to spreads like the square root of how many there were. What was learnt of
  // the sensors is as sure as the days were busy.
  const missed = Math.min(Math.max(Math.abs(1 - exitsPerEntry), 0.01), 0.5);
  const ofPassages = ((exits + 1) * missed) / exitsPerEntry ** 2;
  const ofRatio = (exits ** 2 * missed) / Math.max(entriesPerDay, 1) / exitsPerEntry ** 4;
  const counted = { inside, variance: ofPassages + ofRatio * leftToChance(daysLearnt) };
  const stay = byRecentEntries(gauge, nowMs);
  const stayed = { inside: stay.inside, variance: stay.variance + (stay.inside * stayUnsure) ** 2 + 1 };
  const likeliest = Math.min(together(counted, stayed), atStart + entries);
  // As wide as a single day makes it: what holds the count besides may be wrong for all inside at once.
  const spread = z * Math.sqrt(ofPassages + ofRatio) + 1;
  return rounded(likeliest, likeliest - spread, likeliest + spread);
}

/** Of the chance in a single day, as much as is left in what so many days have taught, each with its weight. */
function leftToChance(daysLearnt: number): number {
  const inTheEnd = learning / (2 - learning);
  return inTheEnd + (1 - inTheEnd) * (1 - learning) ** (2 * (daysLearnt - 1));
}

interface Likely {
  readonly inside: number;
  readonly variance: number;
}

/** OC15: two answers to one question, each worth as much as it is sure. */
function together(a: Likely, b: Likely): number {
  return (a.inside * b.variance + b.inside * a.variance) / (a.variance + b.variance);
}

/** OC12: without exits, who came in lately is inside as long as people stay. */
function byStay(gauge: Gauge, nowMs: number): Estimate {
  const { inside, variance } = byRecentEntries(gauge, nowMs);
  const spread = z * Math.sqrt(variance) + inside * 0.1;
  return rounded(inside, inside - spread, inside + spread);
}

/** Of those who came in lately, as many as have not yet stayed as long as people do. */
function byRecentEntries(gauge: Gauge, nowMs: number): Likely {
  const cohorts = gauge.recent.map(({ fromMs, count }) => {
    const stays = shareStillInside(nowMs - fromMs - binMs / 2, gauge.stayMs);
    return { inside: count * stays, variance: count * stays * (1 - stays) };
  });
  return {
    inside: cohorts.reduce((sum, cohort) => sum + cohort.inside, 0),
    variance: cohorts.reduce((sum, cohort) => sum + cohort.variance, 0),
  };
}

/** Of those who came in so long ago. Stays are about normal around their mean, a third of it wide. */
function shareStillInside(agoMs: number, stayMs: number): number {
  if (agoMs >= longestStayMs) return 0;
  return 1 / (1 + Math.exp((1.702 * (agoMs - stayMs)) / (stayMs / 3)));
}

function rounded(inside: number, low: number, high: number): Estimate {
  const whole = Math.round(inside);
  return {
    inside: whole,
    low: Math.max(0, Math.min(whole, Math.floor(low))),
    high: Math.max(whole, Math.ceil(high)),
  };
}

/**
 * OC13: the day turns: sensors are judged by it, and counting begins anew, from nobody where the club is closed and from
 * those who came lately where it never is.
 */
export function dayTurned(gauge: Gauge, nowMs: number, isClosed: boolean, exitsAreSensed: boolean): Gauge {
  const day = flowed(gauge, nowMs);
  const learns = exitsAreSensed && day.entries >= fewestToLearn;
  const [least, most] = ratioBounds;
  const ratio = Math.min(Math.max(day.exits / Math.max(day.entries, 1), least), most);
  const weight = day.daysLearnt === 0 ? 1 : learning;
  const stay = day.personMs / Math.max(day.entries, 1);
  const recent = isClosed ? [] : day.recent.filter(({ fromMs }) => fromMs >= nowMs - longestStayMs);
  const learnt: Gauge = learns
    ? {
        ...day,
        exitsPerEntry: day.exitsPerEntry + weight * (ratio - day.exitsPerEntry),
        stayMs:
          day.stayMs + weight * (Math.min(Math.max(stay, 10 * minuteMs), longestStayMs / 2) - day.stayMs),
        daysLearnt: day.daysLearnt + 1,
        entriesPerDay: day.entriesPerDay + weight * (day.entries - day.entriesPerDay),
      }
    : day;
  const begun = { ...learnt, entries: 0, exits: 0, recent, personMs: 0, atStart: 0 };
  return { ...begun, atStart: isClosed ? 0 : byStay(begun, nowMs).inside };
}
