import type { Log } from '@portillon/core/base/log.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import type { NewAccount } from '../http/staff/account-view.ts';
import { Database } from '../postgres/database.ts';
import { newSession } from '../postgres/staff-accounts.ts';
import { openAccount } from '../postgres/staff-desk.ts';
import { type StartedBase, startBase, temporaryState } from './start-base.ts';
import { caseEvent, newTestId, saleEvent, TestEdge, testPerson, testPhoto, visit } from './test-edge.ts';

/** A club with a row of each kind of thing that staff look at. */
export interface ClubOfTest {
  readonly clubId: string;
  readonly legalEntityId: string;
  readonly edge: TestEdge;
  readonly reference: string;
  /** By kind of thing, as routes name them. */
  readonly ids: Readonly<
    Record<
      'club' | 'case' | 'order' | 'sale' | 'edge' | 'alarm' | 'decision' | 'credential' | 'member' | 'merge',
      string
    >
  >;
}

/** A base with a club of each of two legal entities, and accounts by their cookies. */
export interface TwoLicensees {
  readonly base: StartedBase;
  readonly sql: Database;
  readonly stateFolder: string;
  readonly lyon: ClubOfTest;
  readonly bron: ClubOfTest;
  cookieOf(account: Omit<NewAccount, 'name'>, name?: string): Promise<{ accountId: string; cookie: string }>;
}

export async function startTwoLicensees(
  log: Log,
  more: Omit<Parameters<typeof startBase>[0], 'stateFolder' | 'log'> = {},
): Promise<TwoLicensees> {
  const stateFolder = await temporaryState();
  const base = await startBase({ stateFolder, log, ...more });
  const sql = new Database(base.databaseUrl, silentLog);
  const [seeded] = await sql.query<{ legalEntityId: string; planId: string }>(
    `select legal_entities.id as "legalEntityId", plans.id as "planId" from legal_entities, plans
      where record->>'scope' = 'network' and record->>'hours' is null limit 1`,
  );
  if (!seeded) throw new Error('the seed was not applied');
  const otherEntityId = newTestId();
  await sql.query(
    `insert into legal_entities (id, network_id, name, address, siret, vat_number)
     select $1, network_id, 'Licensee of Bron', '', '98765432100011', 'FR12987654321' from meta`,
    [otherEntityId],
  );
  await sql.query("update clubs set legal_entity_id = $1 where name like 'Villeurbanne%'", [otherEntityId]);
  const club = (
    name: string,
    legalEntityId: string,
    more: { cardUid: string; reference: string; familyName: string },
  ) => clubOfTest({ base, sql, name, legalEntityId, planId: seeded.planId, ...more });
  return {
    base,
    sql,
    stateFolder,
    lyon: await club('Lyon Part-Dieu', seeded.legalEntityId, {
      cardUid: '04A1B2C3D4E5F6',
      reference: 'LYQN-2222',
      familyName: 'Moreau',
    }),
    bron: await club('Villeurbanne Gratte-Ciel', otherEntityId, {
      cardUid: '04FFEEDDCCBBAA',
      reference: 'BRQN-3333',
      familyName: 'Moréno',
    }),
    cookieOf: async (account, name = `user ${newTestId()}`) => {
      const nowMs = systemClock.wallMs();
      const by = { changeId: newTestId(), userId: null, name: 'test', nowMs };
      const made = await openAccount(sql, newTestId(), { name, ...account }, by);
      if (!made.ok) throw new Error(made.error.message);
      const { accountId } = made.value;
      return { accountId, cookie: `portillon_staff=${await newSession(sql, accountId, null, nowMs)}` };
    },
  };
}

async function clubOfTest(made: {
  readonly base: StartedBase;
  readonly sql: Database;
  readonly name: string;
  readonly legalEntityId: string;
  readonly planId: string;
  readonly cardUid: string;
  readonly reference: string;
  readonly familyName: string;
}): Promise<ClubOfTest> {
  const { base, sql, name, legalEntityId } = made;
  const edge = await TestEdge.enrolled(base.url, base.enrolmentCodes[name] ?? '');
  const person = await edge.sealed('person', { ...testPerson, familyName: made.familyName, email: null });
  const photo = await edge.sealed('photo', testPhoto);
  const digests = {
    person: sha256Hex(person),
    photo: sha256Hex(photo),
    contract: sha256Hex(newTestId()),
  };
  const sold = saleEvent({ legalEntityId, planId: made.planId, digests });
  const [card] = sold.credentials;
  if (!card) throw new Error('a sale has a card');
  const sale = { ...sold, saleReference: made.reference, credentials: [{ ...card, cardUid: made.cardUid }] };
  const opened = caseEvent({ reference: made.reference });
  const through = visit(card.credentialId);
  const refused = visit(null, 'refused');
  for (const event of [sale, opened, through.decided, through.sensed, refused.decided]) edge.append(event);
  await edge.pushed();
  await edge.put(digests.person, person);
  await edge.put(digests.photo, photo);
  const clubId = base.clubs[name] ?? '';
  const { edgeId } = edge.identity;
  const [alarmId, orderId, mergeId] = [newTestId(), newTestId(), newTestId()];
  const [user] = await sql.query<{ id: string }>('select id from staff_users limit 1');
  const memberId = sale.member.memberId;
  await sql.query(
    `insert into gates (edge_id, gate_id, club_id, name, standing, since, can_hold_open)
     values ($1, 'gate-1', $2, 'Gate', 'normal', now(), true)`,
    [edgeId, clubId],
  );
  await sql.query(
    `insert into gate_orders (id, club_id, edge_id, gate_id, action, reason, words, made_at, made_by, made_by_name,
                              expires_at, status)
     values ($1, $2, $3, 'gate-1', 'open-entry', 'visitor', '', now(), $4, 'staff', now(), 'done')`,
    [newTestId(), clubId, edgeId, user?.id],
  );
  await sql.query(
    `insert into gate_alarms (id, club_id, edge_id, gate_id, kind, began_at) values ($1, $2, $3, 'gate-1', 'forced', now())`,
    [alarmId, clubId, edgeId],
  );
  await sql.query(
    `insert into orders (id, kind, club_id, edge_id, code_hash, status, sale_id, member_id, amount_cents, lines,
                         ends_membership, reason, made_at, made_by, made_by_name, expires_at)
     values ($1, 'refund', $2, $3, $7, 'open', $4, $5, 100, '[]', false, 'test', now(), $6, 'staff', now() + interval '1 day')`,
    [orderId, clubId, edgeId, sale.saleId, memberId, user?.id, `code of ${orderId}`],
  );
  await sql.query(
    `insert into interventions (id, club_id, edge_id, at, device, credential_id, outcome, taken_by_hand, counted, path_difference)
     values ($1, $2, $3, now(), 'card-dispenser', $4, 'ready', 0, '{}', 0)`,
    [newTestId(), clubId, edgeId, card.credentialId],
  );
  await sql.query(
    `insert into outage_findings (decision_id, club_id, edge_id, at, found_at, would, reason)
     values ($1, $2, $3, now(), now(), 'refuse', 'unknown')`,
    [through.decided.decisionId, clubId, edgeId],
  );
  await sql.query(
    `insert into debts (id, member_id, legal_entity_id, club_id, amount_cents, vat_rate, reason, words, since)
     values ($1, $2, $3, $4, 4200, 2000, 'other', 'words', now())`,
    [newTestId(), memberId, legalEntityId, clubId],
  );
  await sql.query(
    `insert into member_merges (id, gone_id, stays_id, at, user_id, user_name, reason, moved, own, standing_before,
                                standing_after, undone_at)
     values ($1, $2, $2, now(), $3, 'staff', 'test', '{}', '{}', '{}', '{}', now())`,
    [mergeId, memberId, user?.id],
  );
  return {
    clubId,
    legalEntityId,
    edge,
    reference: made.reference,
    ids: {
      club: clubId,
      case: opened.caseId,
      order: orderId,
      sale: sale.saleId,
      edge: edgeId,
      alarm: alarmId,
      decision: through.decided.decisionId,
      credential: card.credentialId,
      member: memberId,
      merge: mergeId,
    },
  };
}
