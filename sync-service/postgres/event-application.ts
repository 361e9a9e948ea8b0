import { BrokenInvariant } from '@portillon/core/base/invariant.ts';
import {
  eventBodySchema,
  type ReadEvent,
  type ReadEventOf,
  type TakingEvent,
} from '@portillon/core/wire/event.ts';
import { oddMoment } from '@portillon/core/wire/told-moments.ts';
import { paidNotServed } from '../members/account-rows.ts';
import { planSold, priceTime } from '../members/charged-price.ts';
import type {
  Facts,
  KnownAccount,
  KnownDebt,
  KnownOrder,
  KnownPeriod,
  ReplacedCredential,
} from '../members/event-facts.ts';
import { eventRows } from '../members/event-rows.ts';
import { orderCase } from '../members/order-rows.ts';
import { photoOfAnswer } from '../members/privacy-rows.ts';
import type { Reporter, RowChange } from '../members/row-change.ts';
import { tillOf } from '../members/till-closing.ts';
import { memberCredentials } from './credential-feed.ts';
import { type Sql, sqlState } from './database.ts';
import { pricesAtSale } from './prices/prices-at-sale.ts';
import { lockMemberThatStays } from './records-of-person.ts';

/** What became of one event: applied, with the rows of interest that it touched, or kept aside. */
export type Application =
  | {
      readonly parked: null;
      readonly touchedCredentials: readonly string[];
      readonly touchedOrders: readonly string[];
      readonly decided: readonly string[];
      readonly sales: readonly string[];
      readonly touchedGateOrders: readonly string[];
    }
  | { readonly parked: string };

export interface ToApply {
  /** As it travelled. */
  readonly body: string;
  /** When the base heard of it. */
  readonly receivedAt: string;
  /** Counts anew at each call: what was tried before an event is parked is undone. */
  readonly caseIds: () => () => string;
  /** It was applied once, when moments were perhaps taken that are not now. */
  readonly again?: boolean;
}

/**
 * Applies one event inside the transaction of its batch. What the event itself is guilty of (not understood, against a
 * rule, colliding with what is there) parks it and undoes only its own rows; a failure of the base goes up and undoes
 * the batch, to be sent again.
 */
export async function applyEvent(
  sql: Sql,
  reporter: Reporter,
  { body, receivedAt, caseIds, again = false }: ToApply,
): Promise<Application> {
  const told = readEvent(body);
  if (typeof told === 'string') return { parked: told };
  const event = asOfReceipt(await ofWhoStays(sql, told), receivedAt);
  await sql.query('savepoint event');
  const park = async (reason: string): Promise<Application> => {
    await sql.query('rollback to savepoint event');
    await openParkedCase(sql, reporter, { event, reason, receivedAt, caseIds });
    return { parked: reason };
  };
  const odd = again ? null : oddMoment(event, Date.parse(receivedAt));
  if (odd !== null) return park(odd);
  try {
    const facts = await gatherFacts(sql, reporter, event, receivedAt);
    const rows = eventRows(event, { ...facts, newCaseId: caseIds() });
    if (!rows.ok) return await park(rows.error);
    const touchedCredentials: string[] = [];
    const touchedOrders: string[] = [];
    const decided: string[] = [];
    const sales: string[] = [];
    const touchedGateOrders: string[] = [];
    for (const change of rows.value) {
      const ids = await write(sql, change);
      if (change.table === 'credentials') touchedCredentials.push(...ids);
      if (change.table === 'orders') touchedOrders.push(...ids);
      if (change.table === 'decisions') decided.push(...ids);
      if (change.table === 'sales' && change.do === 'insert') sales.push(...ids);
      if (change.table === 'gate_orders') touchedGateOrders.push(...ids);
      if (change.do === 'update' && change.unmatched !== null && ids.length === 0) {
        return await park(change.unmatched);
      }
    }
    // A kiosk ends the passes of before by itself; where the base does not (W-PASS-2), it hears so.
    const beside = event.type === 'pass.enrolled' ? facts.replaced : null;
    if (beside) touchedCredentials.push(...(await memberCredentials(sql, beside.memberId)));
    // What was paid for twice changes nothing here, and the edge that sold it hears so.
    if (event.type === 'debt.settled' || event.type === 'membership.renewed')
      touchedCredentials.push(...(await memberCredentials(sql, event.memberId)));
    // With the yes the photo goes, in the feed of the member's club too (W-PERSON-2).
    if (event.type === 'consent.answered' && event.purpose === 'photo')
      touchedCredentials.push(...(await memberCredentials(sql, event.memberId)));
    await sql.query('release savepoint event');
    return { parked: null, touchedCredentials, touchedOrders, touchedGateOrders, decided, sales };
  } catch (error) {
    const reason = faultOfTheEvent(error);
    if (reason === null) throw error;
    return park(reason);
  }
}

/** DU9: a box may name a record that was merged meanwhile; what it tells is of the one that stays. */
async function ofWhoStays(sql: Sql, event: ReadEvent): Promise<ReadEvent> {
  switch (event.type) {
    case 'membership.renewed':
    case 'debt.settled':
    case 'consent.answered':
    case 'data.requested':
      break;
    default:
      return event;
  }
  return { ...event, memberId: await lockMemberThatStays(sql, event.memberId) };
}

/** What an event that was kept aside does all the same: when projections are built again, where it stays aside. */
export async function applyParked(
  sql: Sql,
  reporter: Reporter,
  { body, ...kept }: ToApply & { readonly reason: string },
): Promise<void> {
  const event = readEvent(body);
  // What was not understood then opened no case, even if it would be understood now.
  if (typeof event === 'string' || /^not (JSON|understood)/.test(kept.reason)) return;
  await openParkedCase(sql, reporter, { ...kept, event });
}

/** Of an answer, which stands in the ledger for good, what is built anew: the photo that it names. */
export async function applyAnswerAgain(sql: Sql, reporter: Reporter, body: string): Promise<void> {
  const told = readEvent(body);
  if (typeof told === 'string' || told.type !== 'consent.answered') return;
  const event = await ofWhoStays(sql, told);
  if (event.type !== 'consent.answered') return;
  for (const change of photoOfAnswer(event, reporter)) await write(sql, change);
}

/** Money or a card is out that the base does not take in: staff must hear of it (W-ORDER-5, W-ACCOUNT-7). */
async function openParkedCase(
  sql: Sql,
  reporter: Reporter,
  { event, reason, receivedAt, caseIds }: Omit<ToApply, 'body'> & ParkedEvent,
): Promise<void> {
  const facts = { reporter, newCaseId: caseIds() };
  if (event.type === 'sale.refunded') {
    const refundReference = storable(event.refundReference);
    await write(sql, orderCase({ ...event, refundReference, at: timeOf(event, receivedAt) }, facts, reason));
  } else if (event.type === 'card.replaced') {
    const saleReference = storable(event.saleReference);
    await write(sql, orderCase({ ...event, saleReference, at: timeOf(event, receivedAt) }, facts, reason));
  } else if (isTaking(event)) {
    const saleReference = storable(event.saleReference);
    await write(
      sql,
      paidNotServed({ ...event, saleReference, at: timeOf(event, receivedAt) }, reason, facts),
    );
  }
}

interface ParkedEvent {
  readonly event: ReadEvent;
  readonly reason: string;
}

/** PostgreSQL keeps no NUL: for that it may be that the event is kept aside, and its case must be written. */
const storable = (text: string) => text.replaceAll('\0', '');
/** W-PUSH-17: of an event with a moment that cannot be, nothing that it says of when is believed. */
const timeOf = (event: ReadEvent, receivedAt: string) =>
  oddMoment(event, Date.parse(receivedAt)) === null ? event.at : receivedAt;

/** W-PUSH-17: what calls a person, or takes something away, is not kept aside for a wrong clock. */
function asOfReceipt(event: ReadEvent, receivedAt: string): ReadEvent {
  switch (event.type) {
    case 'case.opened':
    case 'gate.alarm-raised':
    case 'gate.alarm-ended':
    case 'sale.cancelled':
    case 'credential.blocked':
      return { ...event, at: timeOf(event, receivedAt) };
    default:
      return event;
  }
}

function isTaking(
  event: ReadEvent,
): event is Exclude<ReadEventOf<TakingEvent['type']>, { type: 'card.replaced' }> {
  return ['sale.completed', 'membership.renewed', 'debt.settled', 'day-entry.sold'].includes(event.type);
}

/** The event, or why it is not understood. */
export function readEvent(body: string): ReadEvent | string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return 'not JSON';
  }
  const parsed = eventBodySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return `not understood: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.replaceAll('\0', '');
}

/** Of what bears on nothing that the base knows. */
export const noFacts: Omit<Facts, 'reporter' | 'receivedAt' | 'newCaseId'> = {
  usedTickets: new Set<string>(),
  decisionGranted: false,
  saleClubId: null,
  saleMoney: null,
  planPrices: [],
  account: null,
  order: null,
  gateOrder: null,
  purge: null,
  replaced: null,
  holder: null,
  lastClosing: null,
  usedTwice: [],
  copiedBadge: null,
  settledCase: null,
};

async function gatherFacts(
  sql: Sql,
  reporter: Reporter,
  event: ReadEvent,
  receivedAt: string,
): Promise<Omit<Facts, 'newCaseId'>> {
  const planPrices = await pricesOf(sql, reporter, event, receivedAt);
  const facts = { ...noFacts, reporter, receivedAt, planPrices };
  switch (event.type) {
    case 'sale.completed': {
      const tickets = event.credentials.filter(({ singleUse }) => singleUse);
      const ids = tickets.map(({ credentialId }) => credentialId).sort();
      for (const id of ids) await lockId(sql, id);
      return { ...facts, usedTickets: await usedTickets(sql, ids), usedTwice: await usedTwice(sql, ids) };
    }
    case 'day-entry.sold': {
      const { credentialId } = event.ticket;
      await lockId(sql, credentialId);
      const ids = [credentialId];
      return { ...facts, usedTickets: await usedTickets(sql, ids), usedTwice: await usedTwice(sql, ids) };
    }
    case 'passage.sensed': {
      if (event.credentialId === null || event.decisionId === null) return facts;
      await lockId(sql, event.credentialId);
      const found = await sql.query(
        `select 1 from decisions
          where club_id = $1 and id = $2 and edge_id = $3 and credential_id = $4 and outcome = 'granted'`,
        [reporter.clubId, event.decisionId, reporter.edgeId, event.credentialId],
      );
      const isEntry = found.length > 0 && event.direction === 'entry' && event.zone === null;
      const before = isEntry ? await usedBefore(sql, event.credentialId) : null;
      return { ...facts, decisionGranted: found.length > 0, usedTwice: before ?? [] };
    }
    case 'access.decided':
      return { ...facts, copiedBadge: await copiedBadge(sql, reporter, event) };
    case 'membership.renewed':
      return { ...facts, account: await knownAccount(sql, event.memberId, []) };
    case 'debt.settled':
      return { ...facts, account: await knownAccount(sql, event.memberId, event.debtIds) };
    case 'sale.cancelled':
      return {
        ...facts,
        saleClubId: await saleClub(sql, reporter, event.saleId),
        settledCase: await settledCase(sql, event.saleId),
      };
    case 'credential.rebound':
    case 'receipt.settled':
      return { ...facts, saleClubId: await saleClub(sql, reporter, event.saleId) };
    case 'sale.refunded':
      return {
        ...facts,
        order: await knownOrder(sql, event.orderId),
        saleClubId: await saleClub(sql, reporter, event.saleId),
        saleMoney: await saleMoney(sql, reporter, event.saleId),
      };
    case 'card.replaced':
      return {
        ...facts,
        order: await knownOrder(sql, event.orderId),
        replaced: await replacedCredential(sql, event.replacedCredentialId),
      };
    case 'gate.order-settled':
      return { ...facts, gateOrder: await knownGateOrder(sql, event.orderId) };
    case 'purge.acknowledged':
      return { ...facts, purge: await knownPurge(sql, event.orderId, reporter.edgeId) };
    case 'pass.enrolled':
      await lockMemberOf(sql, event.besideCredentialId);
      return { ...facts, replaced: await replacedCredential(sql, event.besideCredentialId) };
    case 'consent.answered':
    case 'data.requested':
      return { ...facts, holder: await holderOf(sql, event) };
    case 'till.closed': {
      const [last] = await sql.query<{ no: number; signature: string }>(
        'select no, signature from till_closings where edge_id = $1 and till = $2 order by no desc limit 1',
        [reporter.edgeId, tillOf(event)],
      );
      return { ...facts, lastClosing: last ?? null };
    }
    default:
      return facts;
  }
}

async function pricesOf(
  sql: Sql,
  { clubId }: Reporter,
  event: ReadEvent,
  receivedAt: string,
): Promise<Facts['planPrices']> {
  if (
    event.type !== 'sale.completed' &&
    event.type !== 'membership.renewed' &&
    event.type !== 'day-entry.sold'
  ) {
    return [];
  }
  return pricesAtSale(sql, { planId: planSold(event), clubId, receivedAt }, priceTime(event, receivedAt));
}

/** In its own club nearly always; elsewhere it is looked for only to say so. */
async function saleClub(sql: Sql, { clubId }: Reporter, saleId: string): Promise<string | null> {
  const own = await sql.query('select 1 from sales where club_id = $1 and id = $2', [clubId, saleId]);
  if (own.length > 0) return clubId;
  const [sale] = await sql.query<{ club_id: string }>('select club_id from sales where id = $1', [saleId]);
  return sale?.club_id ?? null;
}

/** Null where the base knows no such sale of the club. */
async function saleMoney(sql: Sql, { clubId }: Reporter, saleId: string): Promise<Facts['saleMoney']> {
  const [row] = await sql.query<NonNullable<Facts['saleMoney']>>(
    `select case when cancelled_at is null then total_cents else 0 end as "paidCents",
            (select coalesce(sum(total_cents), 0) from refunds where sale_id = $2)::float8 as "givenBackCents"
       from sales where club_id = $1 and id = $2`,
    [clubId, saleId],
  );
  return row ?? null;
}

/** Locked, so that staff who cancel it at this moment come before or after. */
async function knownOrder(sql: Sql, orderId: string): Promise<KnownOrder | null> {
  const [row] = await sql.query<Omit<KnownOrder, 'madeBy'> & { userId: string | null; name: string }>(
    `select id as "orderId", kind, status, edge_id as "edgeId", sale_id as "saleId", member_id as "memberId",
            credential_id as "credentialId", amount_cents as "amountCents", ends_membership as "endsMembership",
            case_id as "caseId", made_by as "userId", made_by_name as name
       from orders where id = $1 for update`,
    [orderId],
  );
  if (!row) return null;
  const { userId, name, ...order } = row;
  return { ...order, madeBy: { userId, name } };
}

/** Locked, so that a new order to the same gate comes before or after. */
async function knownGateOrder(sql: Sql, orderId: string): Promise<Facts['gateOrder']> {
  const [row] = await sql.query<NonNullable<Facts['gateOrder']>>(
    `select edge_id as "edgeId", settled_at is not null as "isSettled" from gate_orders where id = $1 for update`,
    [orderId],
  );
  return row ?? null;
}

async function knownPurge(sql: Sql, orderId: string, edgeId: string): Promise<Facts['purge']> {
  const [row] = await sql.query<NonNullable<Facts['purge']>>(
    `select purge_answers.state as answered from purge_orders
       left join purge_answers on order_id = purge_orders.id and store = $2
      where purge_orders.id = $1`,
    [orderId, edgeId],
  );
  return row ?? null;
}

/** The case for which the order was given that this sale carried out. */
async function settledCase(sql: Sql, saleId: string): Promise<Facts['settledCase']> {
  const [row] = await sql.query<NonNullable<Facts['settledCase']>>(
    `select cases.kind, cases.sale_id as "saleId", cases.sale_reference as "saleReference"
       from orders join cases on cases.id = orders.case_id
      where orders.result_id = $1 and orders.status = 'collected'`,
    [saleId],
  );
  return row ?? null;
}

async function replacedCredential(sql: Sql, credentialId: string): Promise<ReplacedCredential | null> {
  const [row] = await sql.query<ReplacedCredential>(
    `select kind, single_use as "singleUse", status, sale_id as "saleId", member_id as "memberId",
            plan_id as "planId", home_club_id as "homeClubId", valid_to as "validTo",
            (select case when bool_or(valid_to is null) then null else max(valid_to) end from memberships
              where memberships.member_id = credentials.member_id and memberships.status = 'active') as "paidTo",
            not exists (select 1 from memberships where memberships.member_id = credentials.member_id
                         and memberships.status = 'active') as "hasEnded",
            exists (select 1 from orders where orders.credential_id = credentials.id
                     and orders.status = 'collected') as "wasReplaced"
       from credentials where id = $1 and member_id is not null`,
    [credentialId],
  );
  return row ?? null;
}

/** Null where the credential is another member's, as where there is none. */
async function holderOf(
  sql: Sql,
  { memberId, credentialId }: { readonly memberId: string; readonly credentialId: string },
): Promise<Facts['holder']> {
  const [holder] = await sql.query<NonNullable<Facts['holder']>>(
    `select holders.member_id as "memberId",
            exists (select 1 from erased_members where erased_members.member_id = holders.member_id) as "isForgotten",
            array(select asks from erasure_requests
                   where erasure_requests.member_id = holders.member_id and state = 'open') as "openRequests"
       from credentials as holders where member_id = $1 and id = $2 and not single_use`,
    [memberId, credentialId],
  );
  return holder ?? null;
}

/** Nobody goes from one club to another in less, by whichever of the two clocks. */
const shortestWayMs = 10 * 60_000;

/**
 * W-STANDING-3: an old badge at two places in a time that nobody can travel in is a copy. Told once: not again while a case of
 * the same badge is open.
 */
async function copiedBadge(
  sql: Sql,
  reporter: Reporter,
  event: ReadEventOf<'access.decided'>,
): Promise<Facts['copiedBadge']> {
  if (!event.byNumber || event.credentialId === null || event.outcome !== 'granted') return null;
  await lockId(sql, event.credentialId);
  const [elsewhere] = await sql.query<{ clubName: string; at: string }>(
    `select clubs.name as "clubName", decisions.at
       from decisions join clubs on clubs.id = decisions.club_id
      where decisions.credential_id = $1 and by_number and outcome = 'granted' and decisions.club_id <> $2
        and decisions.at between $3::timestamptz - $4 * interval '1 ms' and $3::timestamptz + $4 * interval '1 ms'
        and not exists (
          select 1 from cases where kind = 'badge-copied' and detail like 'credential ' || $1::text || ',%'
             and not exists (select 1 from case_settlements where case_id = cases.id)
        )
      order by decisions.at limit 1`,
    [event.credentialId, reporter.clubId, event.at, shortestWayMs],
  );
  return elsewhere ?? null;
}

/**
 * Sale and passage of one ticket, or two sales to one member, may come from two clubs at once, each blind to the other's
 * uncommitted rows.
 */
async function lockId(sql: Sql, id: string): Promise<void> {
  await sql.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [id]);
}

/** W-PASS-2: phones that are enrolled for one member at once follow each other; each ends the one before. */
export async function lockMemberOf(sql: Sql, credentialId: string): Promise<void> {
  await sql.query(
    'select pg_advisory_xact_lock(hashtextextended(member_id::text, 0)) from credentials where id = $1 and member_id is not null',
    [credentialId],
  );
}

/** What a member holds and owes, locked until the batch is in: of two sales for one thing the second sees the first. */
async function knownAccount(
  sql: Sql,
  memberId: string,
  debtIds: readonly string[],
): Promise<KnownAccount | null> {
  await lockId(sql, memberId);
  const known = await sql.query('select 1 from members where id = $1', [memberId]);
  if (known.length === 0) return null;
  const periods = await sql.query<KnownPeriod>(
    `select id as "membershipId", plan_id as "planId", valid_from as "validFrom", valid_to as "validTo"
       from memberships where member_id = $1 and status = 'active' order by valid_from, id`,
    [memberId],
  );
  return { periods, debts: await knownDebts(sql, memberId, debtIds) };
}

/** The member's own; those of somebody else are looked for only to say so. */
async function knownDebts(sql: Sql, memberId: string, debtIds: readonly string[]): Promise<KnownDebt[]> {
  if (debtIds.length === 0) return [];
  const columns = `id as "debtId", member_id as "memberId", legal_entity_id as "legalEntityId",
                   amount_cents as "amountCents", settled_by_sale as "settledBySale"`;
  const own = await sql.query<KnownDebt>(
    `select ${columns} from debts where member_id = $1 and id = any($2::uuid[])`,
    [memberId, debtIds],
  );
  const others = debtIds.filter((id) => !own.some(({ debtId }) => debtId === id));
  if (others.length === 0) return own;
  return [
    ...own,
    ...(await sql.query<KnownDebt>(`select ${columns} from debts where id = any($1::uuid[])`, [others])),
  ];
}

async function usedTickets(sql: Sql, ids: readonly string[]): Promise<Set<string>> {
  const rows = await sql.query<{ credential_id: string }>(
    `select passages.credential_id
       from passages join decisions on decisions.club_id = passages.club_id and decisions.id = passages.decision_id
      where passages.credential_id = any($1::uuid[]) and passages.direction = 'entry'
        and decisions.outcome = 'granted'`,
    [ids],
  );
  return new Set(rows.map(({ credential_id }) => credential_id));
}

/** Entries into a club by these tickets. Within a club a ticket opens the zones as often as its holder likes (AC48). */
const ticketEntries = `
  select passages.credential_id as "credentialId", clubs.name as "clubName", passages.at
    from passages join decisions on decisions.club_id = passages.club_id and decisions.id = passages.decision_id
         join clubs on clubs.id = passages.club_id
   where passages.credential_id = any($1::uuid[]) and passages.direction = 'entry' and passages.zone is null
     and decisions.outcome = 'granted'
   order by passages.at`;

/** W-PEER-9: tickets of a sale that has only now arrived which have let in more than once by then. */
async function usedTwice(sql: Sql, ids: readonly string[]): Promise<Facts['usedTwice']> {
  const entries = await sql.query<Facts['usedTwice'][number]>(ticketEntries, [ids]);
  return ids.flatMap((id) => entries.filter(({ credentialId }) => credentialId === id)[1] ?? []);
}

/** Where a ticket that the base knows has let in before; null where it has not, or where that was told before. */
async function usedBefore(sql: Sql, id: string): Promise<Facts['usedTwice'] | null> {
  const known = await sql.query('select 1 from credentials where id = $1 and single_use', [id]);
  if (known.length === 0) return null;
  const entries = await sql.query<Facts['usedTwice'][number]>(ticketEntries, [[id]]);
  return entries.length === 1 ? entries : null;
}

/** Where the key of a table is not its `id`. */
const keyOfTable: Readonly<Record<string, string>> = {
  attachments: 'digest',
  gates: 'gate_id',
  mandates: 'attachment_digest',
  purge_answers: 'store',
  case_settlements: 'case_id',
  till_closings: 'signature',
};

/** Keys of the rows written. Names of tables and columns are our own words (event-rows.ts), values are parameters. */
async function write(sql: Sql, change: RowChange): Promise<string[]> {
  const key = keyOfTable[change.table] ?? 'id';
  if (change.do === 'insert') {
    const columns = Object.keys(change.row);
    const places = columns.map((_, index) => `$${index + 1}`);
    const rows = await sql.query<{ key: string }>(
      `insert into ${change.table} (${columns.join(', ')}) values (${places.join(', ')})
       ${change.unlessThere ? 'on conflict do nothing' : ''} returning ${key} as key`,
      Object.values(change.row),
    );
    return rows.map((row) => row.key);
  }
  const sets = Object.keys(change.set).map((column, index) => `${column} = $${index + 1}`);
  const offset = sets.length;
  const wheres = Object.keys(change.where).map((column, index) => `${column} = $${offset + index + 1}`);
  const rows = await sql.query<{ key: string }>(
    `update ${change.table} set ${sets.join(', ')} where ${wheres.join(' and ')} returning ${key} as key`,
    [...Object.values(change.set), ...Object.values(change.where)],
  );
  return rows.map((row) => row.key);
}

/** Classes 22 (data) and 23 (constraints) of SQLSTATE speak of the values; all others of the base. */
export function faultOfTheEvent(error: unknown): string | null {
  const state = sqlState(error);
  if (state === '23505') return `an id in it is already taken (${constraintOf(error)})`;
  if (state === '23503') return `it names something that the base does not know (${constraintOf(error)})`;
  if (state?.startsWith('22') || state?.startsWith('23')) return `a value in it cannot be stored (${state})`;
  // A mistake of our own in a rule: it would fail at each try, and all that the box tells after it would stand behind.
  if (error instanceof RangeError || error instanceof TypeError || error instanceof BrokenInvariant)
    return `a rule of the base failed at it: ${error.message}`.replaceAll('\0', '');
  return null;
}

function constraintOf(error: unknown): string {
  return (error as { constraint?: string }).constraint ?? '';
}
