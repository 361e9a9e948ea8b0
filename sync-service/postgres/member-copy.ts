import { type DocumentKeys, imageType, openDocument } from './attachments.ts';
import type { Sql } from './database.ts';
import { otherRecordsOf } from './records-of-person.ts';

interface CopyPart {
  readonly table: string;
  /** Where its rows are read, when it is more than the table. */
  readonly from?: string;
  /** Which rows are about the member `$1`. */
  readonly about: string;
  readonly words: Readonly<Record<'en' | 'fr', string>>;
}

const ofCredentials = 'credential_id in (select id from credentials where member_id = $1)';
const ofSales = 'sale_id in (select id from sales where member_id = $1)';
const ofDecisions = `decision_id in (select id from decisions where ${ofCredentials})`;
const ofCases = `(${ofSales} or position($1::text in detail) > 0
  or id in (select case_id from decision_cases where ${ofDecisions}))`;

const membersWithNames =
  '(select members.ctid as ctid, named_members.* from members join named_members using (id)) as members';

/** RC1: the tables that say something of a member, and which rows. */
export const copyParts: readonly CopyPart[] = [
  {
    table: 'members',
    from: membersWithNames,
    about: 'id = $1',
    words: { en: 'Who you are', fr: 'Qui vous êtes' },
  },
  { table: 'memberships', about: 'member_id = $1', words: { en: 'Memberships', fr: 'Abonnements' } },
  {
    table: 'credentials',
    about: 'member_id = $1',
    words: { en: 'Cards, passes, tickets', fr: 'Cartes et billets' },
  },
  { table: 'sales', about: 'member_id = $1', words: { en: 'Purchases', fr: 'Achats' } },
  { table: 'refunds', about: ofSales, words: { en: 'Money given back', fr: 'Remboursements' } },
  {
    table: 'orders',
    about: `(member_id = $1 or ${ofSales} or ${ofCredentials})`,
    words: { en: 'Orders', fr: 'Commandes' },
  },
  { table: 'debts', about: 'member_id = $1', words: { en: 'Owed', fr: 'Impayés' } },
  {
    table: 'mandates',
    about: 'member_id = $1',
    words: { en: 'Direct debit mandates', fr: 'Mandats de prélèvement' },
  },
  {
    table: 'consents',
    about: 'member_id = $1',
    words: { en: 'What you said yes or no to', fr: 'Vos consentements' },
  },
  { table: 'passages', about: ofCredentials, words: { en: 'Entries and exits', fr: 'Entrées et sorties' } },
  {
    table: 'decisions',
    about: ofCredentials,
    words: { en: 'Answers at the gates', fr: 'Réponses des accès' },
  },
  {
    table: 'outage_findings',
    about: ofDecisions,
    words: { en: 'Answers that were found late', fr: 'Réponses revues après coup' },
  },
  {
    table: 'interventions',
    about: ofCredentials,
    words: { en: 'Cards that stuck', fr: 'Cartes bloquées dans la borne' },
  },
  { table: 'cases', about: ofCases, words: { en: 'Cases', fr: 'Dossiers' } },
  {
    table: 'case_settlements',
    about: `case_id in (select id from cases where ${ofCases})`,
    words: { en: 'How cases ended', fr: 'Suites des dossiers' },
  },
  {
    table: 'access_changes',
    about: 'member_id = $1',
    words: { en: 'Changes by staff', fr: 'Changements par l’équipe' },
  },
  {
    table: 'person_reads',
    about: 'member_id = $1',
    words: { en: 'When staff read your page', fr: 'Consultations de votre fiche' },
  },
  {
    table: 'api_reads',
    about: 'member_ids @> array[$1]::uuid[]',
    words: { en: 'When other systems read it', fr: 'Consultations par d’autres systèmes' },
  },
  {
    table: 'imported_rows',
    about: 'member_id = $1',
    words: { en: 'Lines of an older system', fr: 'Lignes d’un ancien système' },
  },
  {
    table: 'told_records',
    about: `kind = 'credential' and id in (select id from credentials where member_id = $1)`,
    words: { en: 'What boxes were told', fr: 'Ce que les bornes savaient' },
  },
  {
    table: 'feed_changes',
    about: `(kind = 'credential' and id in (select id from credentials where member_id = $1)
      or kind = 'person' and record->>'memberId' = $1::text)`,
    words: { en: 'What boxes are told', fr: 'Ce que les bornes savent' },
  },
  {
    table: 'adapter_blocks',
    about: `(member_id = $1 or ${ofCredentials})`,
    words: { en: 'Kept out by another system', fr: 'Blocages par un autre système' },
  },
  {
    table: 'adapter_parked',
    about: 'member_id = $1',
    words: { en: 'Said by another system, not applied', fr: 'Reçu d’un autre système, non appliqué' },
  },
  {
    table: 'erasure_requests',
    about: 'member_id = $1',
    words: { en: 'What you asked of your data', fr: 'Vos demandes sur vos données' },
  },
  { table: 'attachments', about: 'member_id = $1', words: { en: 'Documents', fr: 'Documents' } },
];

/** RC2: of a table that names a member, why its rows are not in the copy. */
export const notInCopy: Readonly<Record<string, string>> = {
  possible_duplicates: 'a guess about another person',
  member_merges:
    'ids of what was moved from a record to the one that stays; the copy of either holds both records',
  decision_cases: 'ids only; its case is there',
  purge_orders: 'there is nothing to copy once it is given',
  purge_answers: 'ids of an order',
  erased_members: 'there is nothing to copy any more',
  privacy_log: 'who of the staff did what; the request is there',
};

/** RC3: of other people (staff, companions), secrets, and bytes that are told below as documents. */
const leftOut = [
  'user_id',
  'user_name',
  'made_by',
  'made_by_name',
  'closed_by_name',
  'company',
  'member_ids',
  'code_hash',
  'sealed',
  // Told in clear beside it.
  'person',
  'ctid',
];
const rowsAtOnce = 1_000;

/** What a copy is: one JSON document, told piece by piece (`application/json`, UTF-8). Null when there is no such member. */
export async function memberCopy(
  base: DocumentKeys,
  memberId: string,
  at: string,
): Promise<AsyncGenerator<string> | null> {
  const [member] = await base.database.query<{ language: string }>(
    'select language from members where id = $1',
    [memberId],
  );
  return member ? pieces(base, memberId, at, member.language === 'fr' ? 'fr' : 'en') : null;
}

async function* pieces(
  base: DocumentKeys,
  memberId: string,
  at: string,
  language: 'en' | 'fr',
): AsyncGenerator<string> {
  // DU12: all records of the person, the one that was asked for first.
  const others = await otherRecordsOf(base.database, memberId);
  const ids = [memberId, ...others];
  const [record] = await base.database.query<{ mergedInto: string | null }>(
    'select merged_into as "mergedInto" from members where id = $1',
    [memberId],
  );
  const head = {
    format: 'portillon-person-1',
    at,
    memberId,
    ...(others.length === 0 ? {} : { mergedInto: record?.mergedInto ?? null, otherRecords: others }),
  };
  yield `${JSON.stringify(head).slice(0, -1)},"parts":[`;
  let first = true;
  for (const part of copyParts) {
    const head = JSON.stringify({ title: part.words[language], table: part.table }).slice(0, -1);
    yield `${first ? '' : ','}\n${head},"rows":[`;
    first = false;
    let told = 0;
    for (const [index] of ids.entries()) {
      for await (const row of rowsOf(base.database, part, ids.slice(0, index + 1))) {
        yield `${told === 0 ? '' : ','}\n${row}`;
        told += 1;
      }
    }
    yield ']}';
  }
  yield '],"documents":[';
  const documents = await base.database.query<{ holder: string; digest: string; purpose: string }>(
    `select member_id as holder, digest, purpose from attachments
      where member_id = any($1::uuid[]) and sealed is not null order by purpose, digest`,
    [ids],
  );
  for (const [index, { holder, digest, purpose }] of documents.entries()) {
    const bytes = await openDocument(base, holder, digest);
    const mediaType = bytes && ((purpose === 'photo' && imageType(bytes)) || 'application/json');
    const base64 = bytes && Buffer.from(bytes).toString('base64');
    yield `${index === 0 ? '' : ','}\n${JSON.stringify({ purpose, digest, mediaType, base64 })}`;
  }
  yield ']}\n';
}

/**
 * Those about the last of the ids, and of none before it. Some at a time, by their place in the table: a member has thousands of
 * passages, and nothing of it is held in memory.
 */
async function* rowsOf(
  sql: Sql,
  { table, from = table, about }: CopyPart,
  ids: readonly string[],
): AsyncGenerator<string> {
  const [memberId, ...before] = [...ids].reverse();
  const told = before.map(
    (_, index) => ` and not coalesce(${about.replaceAll('$1', `$${index + 4}`)}, false)`,
  );
  let after = '(0,0)';
  for (;;) {
    const rows = await sql.query<{ place: string; row: string }>(
      `select ctid::text as place, (to_jsonb(${table}) - $2::text[])::text as row from ${from}
        where ${about} and ctid > $3::tid${told.join('')} order by ctid limit ${rowsAtOnce}`,
      [memberId, leftOut, after, ...before],
    );
    for (const { row } of rows) yield row;
    const last = rows.at(-1);
    if (!last || rows.length < rowsAtOnce) return;
    after = last.place;
  }
}
