import { isoTime } from '@portillon/core/base/clock.ts';
import { isFree, priceOf } from '@portillon/core/sale/plan-price.ts';
import type { Plan } from '@portillon/core/sale/pricing.ts';
import { feedRecordSchema } from '@portillon/core/wire/messages.ts';
import type { IncomingChange } from '../../adapters/member-base-adapter.ts';
import { endSetPrices } from '../prices/mastered-elsewhere.ts';
import { type Intake, type KnownRow, NotApplied, rememberRow } from './intake.ts';
import { openOtherBaseCase } from './other-base-cases.ts';

/** What is for sale and at which price. What the record leaves out stays; a plan that is gone is not sold any more, and holds for who has it. */
export async function applyPlan(
  intake: Intake,
  change: IncomingChange,
  record: Readonly<Record<string, unknown>> | null,
  known: KnownRow | null,
): Promise<void> {
  const { sql, newId } = intake;
  if (record === null && !known) return;
  const [ours] = await sql.query<{ record: Record<string, unknown> }>(
    'select record from plans where id = $1 for update',
    [known?.ourId ?? null],
  );
  const id = known?.ourId ?? newId();
  const merged = together(ours?.record ?? newPlan, record ?? notSold(ours?.record ?? {}));
  const read = feedRecordSchema.safeParse({ kind: 'plan', id, record: merged });
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new NotApplied(`${issue?.path.slice(1).join('.')}: ${issue?.message}`);
  }
  if (read.data.kind !== 'plan' || read.data.record === null) return;
  const plan = read.data.record;
  if (isOffered(plan) && isFree(plan, priceOf(plan))) throw new NotApplied('nothing would be paid for it');
  const text = JSON.stringify(plan);
  await sql.query(
    `insert into plans (id, network_id, record) select $1, network_id, $2 from meta
     on conflict (id) do update set record = excluded.record`,
    [id, text],
  );
  const saysPrice = record !== null && priceFields.some((field) => field in record);
  const said = { price: saysPrice || known?.said?.price === true };
  await rememberRow(intake, 'plan', id, change, { made: known?.made ?? true, said });
  intake.plans.set(id, read.data);
  if (saysPrice && ours) await endPricesOfOurs(intake, id);
}

/** It is sold to whoever comes. */
function isOffered({ soldAtKiosk, dayEntry, prepaid }: Plan): boolean {
  return soldAtKiosk || dayEntry !== undefined || prepaid?.soldAtKiosk === true;
}

/** AD32: a price that was set here would go before theirs, and could be one at which the plan is nothing that boxes can read. */
async function endPricesOfOurs(intake: Intake, planId: string): Promise<void> {
  const { sql, adapter, newId, nowMs } = intake;
  const ended = await endSetPrices(sql, planId, intake);
  if (ended === 0) return;
  await sql.query('update plans set prices_told_at = $2 where id = $1', [planId, isoTime(nowMs)]);
  const words = `it costs what they say. Prices that were set here for clubs have ended: ${ended}`;
  await openOtherBaseCase(
    sql,
    { kind: 'other-base-differs', adapter, about: `plan ${planId}`, memberId: null, clubId: null, words },
    newId(),
    nowMs,
  );
}

const priceFields = ['monthlyCents', 'joiningFeeCents', 'prepaid', 'dayEntry'] as const;

/** Of what they need not say of a new plan. */
const newPlan = {
  position: 1_000,
  descriptions: { fr: '', en: '' },
  commitments: { fr: '', en: '' },
  joiningFeeCents: 0,
  scope: 'home',
  hours: null,
  guestTickets: 0,
  soldAtKiosk: false,
};

function notSold(ours: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { prepaid } = ours;
  return {
    soldAtKiosk: false,
    ...(isObject(prepaid) ? { prepaid: { ...prepaid, soldAtKiosk: false } } : {}),
    ...('dayEntry' in ours ? { dayEntry: undefined } : {}),
  };
}

/** Words in one language leave those of the other; hours, like all else, are theirs as a whole. */
function together(
  ours: Readonly<Record<string, unknown>>,
  theirs: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const made: Record<string, unknown> = { ...ours };
  for (const [field, value] of Object.entries(theirs)) {
    const before = made[field];
    made[field] = field !== 'hours' && isObject(value) && isObject(before) ? { ...before, ...value } : value;
  }
  return made;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
