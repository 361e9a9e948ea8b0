import { feedRecordSchema } from '@portillon/core/wire/messages.ts';
import type { IncomingChange } from '../../adapters/member-base-adapter.ts';
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
  const text = JSON.stringify(read.data.record);
  await sql.query(
    `insert into plans (id, network_id, record) select $1, network_id, $2 from meta
     on conflict (id) do update set record = excluded.record`,
    [id, text],
  );
  await rememberRow(intake, 'plan', id, change, { made: known?.made ?? true });
  intake.plans.set(id, read.data);
  if (ours) await sayWherePricesAreSet(intake, id, ours.record, read.data.record);
}

/** AD22: a price that staff have set for some clubs stands there before that of the plan. */
async function sayWherePricesAreSet(
  { sql, adapter, newId, nowMs }: Intake,
  planId: string,
  before: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): Promise<void> {
  const changed = priceFields.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(now[field]));
  if (changed.length === 0) return;
  const set = await sql.query(
    'select 1 from plan_prices where plan_id = $1 and withdrawn_at is null limit 1',
    [planId],
  );
  if (set.length === 0) return;
  const values = changed.map(
    (field) => `${field} was “${JSON.stringify(before[field])}” and is “${JSON.stringify(now[field])}” there`,
  );
  const words = `${values.join('; ')}. Prices that were set here for clubs go before it`;
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
