import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import type { Blocking, Kept } from '../../privacy/erasure-holds.ts';
import type { Sql } from '../database.ts';
import { otherRecordsOf } from '../records-of-person.ts';
import { type ErasurePlan, type PlannedErasure, planErasure } from './erasure-plan.ts';

export interface PersonPlan {
  /** Of all records together, as staff see it (DU10). */
  readonly shown: ErasurePlan & { readonly records: number };
  /** Each by itself; the one that was asked for first. */
  readonly records: readonly [ErasurePlan, ...ErasurePlan[]];
}

/** PV20: what would go of a person, all records that were merged counted. Null when the base knows no such member. */
export async function planPerson(sql: Sql, memberId: string, nowMs: number): Promise<PersonPlan | null> {
  const asked = await planErasure(sql, memberId, nowMs);
  if (!asked) return null;
  const others: ErasurePlan[] = [];
  for (const id of await otherRecordsOf(sql, memberId)) {
    const plan = await planErasure(sql, id, nowMs);
    if (plan) others.push(plan);
  }
  if (others.length === 0) return { shown: { ...asked, records: 1 }, records: [asked] };
  const records: PersonPlan['records'] = [asked, ...others];
  return {
    shown: {
      memberId,
      records: records.length,
      goes: goesOfAll(records.map(({ goes }) => goes)),
      holds: {
        blocking: blockingOfAll(records.flatMap(({ holds }) => holds.blocking)),
        kept: keptOfAll(records.flatMap(({ holds }) => holds.kept)),
      },
      digest: sha256Hex(records.map(({ digest }) => digest).join()),
    },
    records,
  };
}

function goesOfAll(all: readonly PlannedErasure[]): PlannedErasure {
  const sum = (key: keyof PlannedErasure) => all.reduce((total, goes) => total + goes[key], 0);
  return {
    particulars: sum('particulars'),
    photos: sum('photos'),
    documents: sum('documents'),
    credentials: sum('credentials'),
    entries: sum('entries'),
    words: sum('words'),
    // Each box is asked for each record, and is one box.
    boxes: Math.max(...all.map(({ boxes }) => boxes)),
  };
}

/** One of each kind: counts and amounts together, the membership that runs longest. */
function blockingOfAll(all: readonly Blocking[]): Blocking[] {
  const kinds = new Map<Blocking['kind'], Blocking>();
  for (const one of all) {
    const before = kinds.get(one.kind);
    kinds.set(one.kind, before ? bothOf(before, one) : one);
  }
  return [...kinds.values()];
}

function bothOf(one: Blocking, other: Blocking): Blocking {
  if (one.kind === 'running-membership' || other.kind === 'running-membership') {
    const until = [one, other].map((each) => ('until' in each ? each.until : ''));
    return { kind: 'running-membership', until: until.includes(null) ? null : later(until) };
  }
  const count = one.count + other.count;
  if (!('amountCents' in one && 'amountCents' in other)) return { ...one, count };
  return { kind: one.kind, count, amountCents: one.amountCents + other.amountCents };
}

function keptOfAll(all: readonly Kept[]): Kept[] {
  const kinds = new Map<Kept['what'], Kept>();
  for (const one of all) {
    const before = kinds.get(one.what);
    const count = (before?.count ?? 0) + one.count;
    const until =
      one.until === null || before?.until === null ? null : later([before?.until ?? '', one.until]);
    kinds.set(one.what, { what: one.what, count, until });
  }
  return [...kinds.values()];
}

const later = (times: readonly (string | null)[]): string =>
  times
    .map((time) => time ?? '')
    .sort()
    .at(-1) ?? '';
