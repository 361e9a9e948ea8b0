import type { Random } from '@portillon/core/base/random.ts';
import {
  granted,
  type OrdinaryVisit,
  type PlannedAct,
  type PlannedPerson,
  passbackMinutes,
  refused,
} from './planned-act.ts';
import { hourMs, minuteMs } from './visits.ts';

export interface Stories {
  readonly people: readonly PlannedPerson[];
  readonly acts: readonly PlannedAct[];
}

interface Cast {
  readonly random: Random;
  /** Takes an ordinary visitor with such a credential out of the cast, who came between these hours. */
  visitor(holds: PlannedPerson['holds'], fromHour: number, toHour: number): OrdinaryVisit | undefined;
  /** A moment between these hours. */
  at(fromHour: number, toHour: number): number;
  gate(): number;
}

/** The network is away from late morning to noon, and for a moment in the evening's rush. */
const longCut = { fromMs: 10.25 * hourMs, toMs: 12.75 * hourMs };
const shortCut = { fromMs: 18.7 * hourMs, toMs: 18.95 * hourMs };
const restartAtMs = 14.5 * hourMs;
const secondMs = 1_000;
const stayMs = 50 * minuteMs;

/** All that is out of the ordinary in a day, each thing so many times. */
export function dayStories(visits: readonly OrdinaryVisit[], random: Random, times: number): Stories {
  const left = new Set(visits);
  const cast: Cast = {
    random,
    visitor: (holds, fromHour, toHour) => {
      const found = [...left].find(
        ({ person, inMs }) => person.holds === holds && inMs >= fromHour * hourMs && inMs < toHour * hourMs,
      );
      if (found) left.delete(found);
      return found;
    },
    at: (fromHour, toHour) => Math.round((fromHour + random.fraction() * (toHour - fromHour)) * hourMs),
    gate: () => random.below(2),
  };
  const once: Stories[] = [cuts, debtorsInTheCut(cast), lostWhileCut(cast), restart(cast)];
  const often = Array.from({ length: times }, (_, index) =>
    [
      stranger,
      shopCode,
      numberBadge,
      refusedMember('off-peak', 'closed-hours', 17, 20),
      refusedMember('expired', 'expired', 8, 20),
      refusedMember('suspended', 'suspended', 8, 20),
      refusedMember('in-debt', 'debt', 8, 20),
      refusedMember('unpaid', 'unknown', 8, 20),
      soldOffline,
      sharer,
      copiedTicket,
      photographedPass,
      lostAndFound,
      turnsRound,
      inARow,
      forced,
    ].map((story) => story(cast, index + 1)),
  ).flat();
  const all = [...once, ...often];
  return { people: all.flatMap(({ people }) => people), acts: all.flatMap(({ acts }) => acts) };
}

type Story = (cast: Cast, no: number) => Stories;
const nothing: Stories = { people: [], acts: [] };

const cuts: Stories = {
  people: [],
  acts: [
    { atMs: longCut.fromMs, type: 'network-is-cut' },
    { atMs: longCut.toMs, type: 'network-is-back' },
    { atMs: shortCut.fromMs, type: 'network-is-cut' },
    { atMs: shortCut.toMs, type: 'network-is-back' },
  ],
};

/** The same debt, early and late in the cut: what the book says of it grows too old to be believed. */
function debtorsInTheCut({ gate }: Cast): Stories {
  const early: PlannedPerson = { key: 'debtor-early', holds: 'card', standing: 'in-grace' };
  const late: PlannedPerson = { key: 'debtor-late', holds: 'card', standing: 'in-grace' };
  return {
    people: [early, late],
    acts: [
      ...comesAndGoes(granted(early), longCut.fromMs + 30 * minuteMs, gate()),
      {
        atMs: longCut.fromMs + 135 * minuteMs,
        type: 'is-refused',
        gate: gate(),
        shows: refused(late, 'data-too-old'),
      },
    ],
  };
}

/** I5: reported while the club is cut off. It opens by what the book knew, and no more once the network is back. */
function lostWhileCut({ gate }: Cast): Stories {
  const person: PlannedPerson = { key: 'lost-while-cut', holds: 'card', standing: 'good' };
  return {
    people: [person],
    acts: [
      { atMs: longCut.fromMs + 40 * minuteMs, type: 'reports-lost', person: person.key },
      ...comesAndGoes(granted(person), longCut.fromMs + 45 * minuteMs, gate()),
      {
        atMs: longCut.toMs + 20 * minuteMs,
        type: 'is-refused',
        gate: gate(),
        shows: refused(person, 'blocked'),
      },
    ],
  };
}

/** I9: one is let in, the edge is killed, another leaves with nobody there to see it, and the first goes in when it is back. */
function restart({ gate }: Cast): Stories {
  const person: PlannedPerson = { key: 'through-the-restart', holds: 'card', standing: 'good' };
  const leaver: PlannedPerson = { key: 'leaves-meanwhile', holds: 'card', standing: 'good' };
  return {
    people: [person, leaver],
    acts: [
      { atMs: restartAtMs - stayMs, type: 'enters', gate: gate(), shows: granted(leaver), persons: 1 },
      { atMs: restartAtMs, type: 'edge-is-killed', gate: 0, leavesBy: 1, shows: granted(person) },
      { atMs: restartAtMs + stayMs, type: 'leaves', gate: gate() },
    ],
  };
}

const stranger: Story = ({ at, gate }, no) => {
  const person: PlannedPerson = { key: `stranger-${no}`, holds: 'foreign-card', standing: 'good' };
  return { people: [person], acts: [stopped(refused(person, 'unknown'), at(7, 21), gate())] };
};

const shopCode: Story = ({ at, gate }, no) => {
  const person: PlannedPerson = { key: `shop-code-${no}`, holds: 'shop-code', standing: 'good' };
  return { people: [person], acts: [stopped(refused(person, 'unknown'), at(7, 21), gate())] };
};

/** Only the second gate has a reader for such badges. */
const numberBadge: Story = ({ at }, no) => {
  const person: PlannedPerson = { key: `number-badge-${no}`, holds: 'number-badge', standing: 'good' };
  return { people: [person], acts: [stopped(refused(person, 'unknown'), at(7, 21), 1)] };
};

function refusedMember(
  standing: PlannedPerson['standing'],
  reason: 'closed-hours' | 'expired' | 'suspended' | 'debt' | 'unknown',
  fromHour: number,
  toHour: number,
): Story {
  return ({ at, gate }, no) => {
    const person: PlannedPerson = { key: `${standing}-${no}`, holds: 'card', standing };
    return { people: [person], acts: [stopped(refused(person, reason), at(fromHour, toHour), gate())] };
  };
}

const soldOffline: Story = ({ at, gate }, no) => {
  const person: PlannedPerson = { key: `sold-offline-${no}`, holds: 'card', standing: 'sold-offline' };
  return { people: [person], acts: comesAndGoes(granted(person, 'grant'), at(8, 20), gate()) };
};

/** Hands the card back over the arm to a friend. */
const sharer: Story = ({ visitor, gate, random }) => {
  const member = visitor('card', 7, 21);
  if (!member) return nothing;
  const laterMs = (2 + random.below(passbackMinutes - 10)) * minuteMs;
  return {
    people: [],
    acts: [stopped(refused(member.person, 'already-inside'), member.inMs + laterMs, gate())],
  };
};

const copiedTicket: Story = ({ visitor, random }) => {
  const guest = visitor('ticket', 6, 21);
  if (!guest) return nothing;
  const laterMs = (3 + random.below(60)) * minuteMs;
  return {
    people: [],
    // At the other gate: a scanner passes over what it has just read.
    acts: [stopped(refused(guest.person, 'ticket-spent'), guest.inMs + laterMs, 1 - guest.gate)],
  };
};

/** A picture of the code, shown by a friend at once, and again when its time is over. */
const photographedPass: Story = ({ visitor }) => {
  const member = visitor('pass', 6, 21);
  if (!member) return nothing;
  const picture = (reason: 'code-used' | 'code-out-of-time') =>
    ({ ...refused(member.person, reason), picture: true }) as const;
  return {
    people: [],
    acts: [
      stopped(picture('code-used'), member.inMs + 5 * secondMs, 1 - member.gate),
      stopped(picture('code-out-of-time'), member.inMs + 4 * minuteMs, 1 - member.gate),
    ],
  };
};

/** I5: reported with the network there, and tried two seconds later by whoever found it. */
const lostAndFound: Story = ({ at, gate }, no) => {
  const person: PlannedPerson = { key: `lost-${no}`, holds: 'card', standing: 'good' };
  const reportedMs = at(15, 18);
  return {
    people: [person],
    acts: [
      { atMs: reportedMs, type: 'reports-lost', person: person.key },
      stopped(refused(person, 'blocked'), reportedMs + 2 * secondMs, gate()),
    ],
  };
};

/** At the second gate, whose pulse is the shorter one. */
const turnsRound: Story = ({ at }, no) => {
  const person: PlannedPerson = { key: `turns-round-${no}`, holds: 'card', standing: 'good' };
  return {
    people: [person],
    acts: [{ atMs: at(8, 20), type: 'turns-round', gate: 1, shows: granted(person) }],
  };
};

const inARow: Story = ({ at, gate }, no) => {
  const first: PlannedPerson = { key: `in-a-row-${no}a`, holds: 'card', standing: 'good' };
  const second: PlannedPerson = { key: `in-a-row-${no}b`, holds: 'pass', standing: 'good' };
  const atMs = at(8, 20);
  return {
    people: [first, second],
    acts: [
      { atMs, type: 'enter-in-a-row', gate: gate(), show: [granted(first), granted(second)] },
      { atMs: atMs + stayMs, type: 'leaves', gate: gate() },
      { atMs: atMs + stayMs, type: 'leaves', gate: gate() },
    ],
  };
};

const forced: Story = ({ at, gate }) => {
  const atMs = at(8, 20);
  return {
    people: [],
    acts: [
      { atMs, type: 'forces', gate: gate() },
      { atMs: atMs + stayMs, type: 'leaves', gate: gate() },
    ],
  };
};

function stopped(shows: ReturnType<typeof refused>, atMs: number, gate: number): PlannedAct {
  return { atMs, type: 'is-refused', gate, shows };
}

function comesAndGoes(shows: ReturnType<typeof granted>, atMs: number, gate: number): PlannedAct[] {
  return [
    { atMs, type: 'enters', gate, shows, persons: 1 },
    { atMs: atMs + stayMs, type: 'leaves', gate },
  ];
}
