import { type AccessPolicy, openPolicy } from '@portillon/core/access/access-policy.ts';
import { planInEffect } from '@portillon/core/access/plan-in-effect.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import type { MemberAccess, ShownCredential, ShownDecision, ShownFacts } from '../http/staff/member-view.ts';
import type { Reach } from '../members/may-do.ts';
import { readChanges } from './access-changes.ts';
import { answerNow } from './answer-now.ts';
import { blockedByHand } from './credential-status.ts';
import type { Database } from './database.ts';
import { readMerges } from './merge-shown.ts';
import { type MemberRow, memberColumns, personShown } from './person-shown.ts';
import { inReach } from './reach.ts';
import { ToldRecords } from './told-records.ts';

const decisionsShown = 20;
const rowsShown = 50;
const dayMs = 86_400_000;

interface HeadRow extends MemberRow {
  readonly homeClubId: string;
  readonly birthDate: string | null;
  readonly suspendedUntil: string | null;
  readonly staff: boolean;
  readonly company: { readonly kind: 'guardian' | 'member'; readonly memberIds: readonly string[] } | null;
  readonly policy: AccessPolicy | null;
}

type NamedRow = { readonly memberId: string; readonly name: string | null };
const nameOf = (members: string) =>
  `nullif(concat_ws(' ', ${members}.given_name, ${members}.family_name), '') as name`;

/**
 * What bears on a member's access, and what gates last decided of it; of clubs in reach only (ST7). Null when there is no such
 * member.
 */
export async function readMemberAccess(
  database: Database,
  memberId: string,
  reach: Reach,
  nowMs: number,
): Promise<MemberAccess | null> {
  const [head] = await database.query<HeadRow>(
    `select ${memberColumns('$2')}, members.home_club_id as "homeClubId", birth_date as "birthDate",
            suspended_until as "suspendedUntil", staff, company, clubs.policy
       from named_members as members join clubs on clubs.id = members.home_club_id where members.id = $1`,
    [memberId, reach],
  );
  const who = head && personShown(head, false);
  if (!head || !who) return null;
  const { homeClubId, birthDate } = head;
  // Of a member whom one's clubs sold to, and whose home is another's, these are the other's to know.
  const isHome = reach === null || reach.includes(homeClubId);
  const { suspendedUntil, staff, company } = isHome
    ? head
    : { suspendedUntil: null, staff: false, company: null };
  const [accompanied, companions, debts, memberships, credentials, decisions, changes, merges, blocks] =
    await Promise.all([
      database.query<NamedRow>(
        `select id as "memberId", ${nameOf('members')} from named_members as members where id = any($1::uuid[])`,
        [company?.memberIds ?? []],
      ),
      database.query<NamedRow & { kind: 'guardian' | 'member' }>(
        `select id as "memberId", ${nameOf('members')}, company->>'kind' as kind from named_members as members
        where company->'memberIds' @> to_jsonb(array[$1::text]) and ${inReach('members.home_club_id', '$2')}
        order by created_at limit ${rowsShown}`,
        [memberId, reach],
      ),
      database.query<Omit<MemberAccess['debts'][number], 'refusesFrom'>>(
        `select id as "debtId", amount_cents as "amountCents", reason, words, since
         from debts where member_id = $1 and settled_at is null and ${inReach('debts.club_id', '$2')}
        order by since, id limit ${rowsShown}`,
        [memberId, reach],
      ),
      database.query<MemberAccess['memberships'][number]>(
        `select memberships.id, record->'names' as plan, club_id as "clubId", valid_from as "validFrom",
              valid_to as "validTo", status
         from memberships join plans on plans.id = plan_id
        where member_id = $1 and ${inReach('club_id', '$2')}
        order by valid_from desc, memberships.id limit ${rowsShown}`,
        [memberId, reach],
      ),
      readCredentials(database, memberId, reach, nowMs),
      readDecisions(database, memberId, reach),
      isHome ? readChanges(database, { memberId }) : [],
      readMerges(database, memberId),
      isHome
        ? database.query<{ adapter: string }>(
            `select distinct adapter from adapter_blocks
              where member_id = any(array(select records_of(array[$1::uuid]))) and lifted_at is null order by adapter`,
            [memberId],
          )
        : [],
    ]);
  const { graceDays, fromCents } = (head.policy ?? openPolicy).debt;
  return {
    own: true,
    at: isoTime(nowMs),
    who,
    homeClubId,
    answer: await answerNow(database, homeClubId, credentials, nowMs),
    ageYears: birthDate === null ? null : yearsSince(birthDate, isoTime(nowMs)),
    standing: {
      keptOutBy: blocks.map(({ adapter }) => adapter),
      suspendedUntil,
      staff,
      company: company && {
        kind: company.kind,
        // One whom the base does not know (yet) counts all the same.
        members: company.memberIds.map(
          (id) => accompanied.find((known) => known.memberId === id) ?? { memberId: id, name: null },
        ),
      },
      companions,
    },
    debts: debts.map((debt) => ({
      ...debt,
      refusesFrom:
        graceDays === null || debt.amountCents < fromCents
          ? null
          : isoTime(Date.parse(debt.since) + graceDays * dayMs),
    })),
    memberships,
    credentials,
    decisions,
    changes,
    merges,
  };
}

/** Whole years between two days. */
function yearsSince(birthDate: string, now: string): number {
  const [year = 0] = birthDate.split('-').map(Number);
  const hadBirthday = now.slice(5, 10) >= birthDate.slice(5);
  return Number(now.slice(0, 4)) - year - (hadBirthday ? 0 : 1);
}

/** Those that open something first. */
async function readCredentials(
  database: Database,
  memberId: string,
  reach: Reach,
  nowMs: number,
): Promise<ShownCredential[]> {
  const rows = await database.query<ShownCredential>(
    `select credentials.id, kind, uid_only as "uidOnly", card_uid as "cardUid", record->'names' as plan,
            home_club_id as "homeClubId", valid_from as "validFrom", valid_to as "validTo", single_use as "singleUse",
            credentials.status, ${blockedByHand('credentials')} as "blockedBy", sales.reference as "saleReference",
            exists (select 1 from orders where orders.credential_id = credentials.id and orders.status = 'open'
                     and orders.expires_at > $2) as "orderOpen"
       from credentials left join plans on plans.id = plan_id left join sales on sales.id = credentials.sale_id
      where credentials.member_id = $1 and kind <> 'voucher' and ${inReach('credentials.home_club_id', '$3')}
      order by credentials.status <> 'active', kind = 'ticket', valid_from desc, credentials.id limit ${rowsShown}`,
    [memberId, isoTime(nowMs), reach],
  );
  return rows.map(({ blockedBy, ...row }) => ({
    ...row,
    // Inside of JSON, PostgreSQL writes times its own way.
    blockedBy: blockedBy && { ...blockedBy, at: isoTime(Date.parse(blockedBy.at)) },
  }));
}

type DecisionRow = Omit<ShownDecision, 'facts'> & { readonly credentialId: string };

async function readDecisions(database: Database, memberId: string, reach: Reach): Promise<ShownDecision[]> {
  const rows = await database.query<DecisionRow>(
    `select decisions.id, decisions.at, decisions.club_id as "clubId", gate_id as "gateId", direction, presented, outcome, reason,
            noted, by_grant as "byGrant", by_number as "byNumber", data_age_ms as "dataAgeMs",
            credential_id as "credentialId",
            exists (select 1 from passages where passages.decision_id = decisions.id) as "wentThrough"
       from credentials join decisions on decisions.credential_id = credentials.id
      where credentials.member_id = $1 and ${inReach('decisions.club_id', '$2')}
      order by decisions.at desc, decisions.id desc limit ${decisionsShown}`,
    [memberId, reach],
  );
  if (rows.length === 0) return [];
  const bookMs = (row: DecisionRow) => Date.parse(row.at) - (row.dataAgeMs ?? 0);
  const asked = { credentialIds: [...new Set(rows.map((row) => row.credentialId))], clubIds: [] };
  const told = await ToldRecords.read(database, asked, Math.min(...rows.map(bookMs)));
  return rows.map(({ credentialId, ...row }) => ({
    ...row,
    facts:
      row.byGrant || row.dataAgeMs === null
        ? null
        : factsAt(told, credentialId, bookMs({ ...row, credentialId })),
  }));
}

function factsAt(told: ToldRecords, credentialId: string, atMs: number): ShownFacts | null {
  const record = told.credential(credentialId, atMs)?.record;
  if (!record) return null;
  const debts = record.account?.debts ?? [];
  return {
    status: record.status,
    plan: told.plan(planInEffect(record, atMs), atMs)?.record?.names ?? null,
    validFrom: record.validFrom,
    validTo: record.validTo,
    suspendedUntil: record.standing?.suspendedUntil ?? null,
    staff: record.standing?.staff ?? false,
    company: record.standing?.company?.kind ?? null,
    debtCents: debts.reduce((total, { amountCents }) => total + amountCents, 0),
    debtSince: debts[0]?.since ?? null,
  };
}
