import { isoTime } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { isVisible, isWholeText } from '@portillon/core/base/text.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { openSealed } from '@portillon/core/crypto/seal.ts';
import { mayBeBornOn } from '@portillon/core/sale/answers.ts';
import { isCreditorIdentifier } from '@portillon/core/sale/creditor-identifier.ts';
import { ibanProgress, maskedIban } from '@portillon/core/sale/iban.ts';
import {
  contractSchema,
  type Mandate,
  mandateSchema,
  type Person,
  personSchema,
} from '@portillon/core/wire/messages.ts';
import { KeyDamaged, type KeyPart, type KeyRing, type MemberKeys } from '../keys/member-keys.ts';
import { announce } from './announcements.ts';
import { changedPeople } from './club-people.ts';
import type { Database, Sql } from './database.ts';
import { writeFeed } from './feed.ts';
import { renameMembers } from './member-names.ts';
import { findPossibleDuplicates } from './possible-duplicates.ts';
import { lockMemberThatStays, lockRecordsOf } from './records-of-person.ts';

const dayMs = 24 * 3_600_000;

const notSealedToUs = 'not sealed to this base for this purpose, or changed on the way';

type Purpose = 'person' | 'photo' | 'contract' | 'mandate';

/** What was found in the sealed bytes: a person, a mandate, something else that is good, or why it is no good. */
type Opened =
  | { readonly person: Person; readonly plain: Uint8Array }
  | { readonly mandate: Mandate; readonly plain: Uint8Array }
  | { readonly good: true; readonly plain: Uint8Array }
  | { readonly problem: string };

/**
 * Takes in the bytes an event has named. `unknown` when no applied event of this edge names them. Bytes that cannot be
 * opened are kept too, with the reason and a case: the edge has done its part and may let go of them (I4).
 */
export async function receiveAttachment(
  database: Database,
  edgeId: string,
  digest: string,
  sealed: Buffer,
  base: {
    readonly sealPrivateKey: string;
    readonly memberKeys: MemberKeys;
    readonly nowMs: number;
    readonly caseId: string;
    /** For those of pairs that are found. */
    readonly newCaseId: () => string;
  },
): Promise<'stored' | 'unknown'> {
  const [wanted] = await database.query<{ purpose: Purpose; member_id: string; received_at: string | null }>(
    'select purpose, member_id, received_at from attachments where digest = $1 and edge_id = $2',
    [digest, edgeId],
  );
  if (!wanted) return 'unknown';
  if (wanted.received_at !== null) return 'stored';
  const opened = await open(
    wanted.purpose,
    sealed,
    base,
    wanted.purpose === 'mandate' ? await mandateReferenceOf(database, wanted.member_id, digest) : null,
  );
  const now = isoTime(base.nowMs);
  const part = partOf(wanted.purpose);
  // What could not be opened is kept as it came, under the key of the member like all else.
  const ring = await base.memberKeys.ringFor([wanted.member_id], part, base.nowMs);
  const kept = ring.close(wanted.member_id, digest, 'problem' in opened ? sealed : opened.plain);
  await database.transaction(async (sql) => {
    // Before or after an erasure, never in the middle of one.
    await lockRecordsOf(sql, [wanted.member_id]);
    const [stored] = await sql.query<{ sealed: boolean }>(
      `update attachments set sealed = $2, received_at = $3, problem = $4, key_part = $5
        where digest = $1 and member_id = $6 and received_at is null returning sealed is not null as sealed`,
      [
        digest,
        kept,
        now,
        kept === null ? 'erased' : 'problem' in opened ? opened.problem : null,
        part,
        wanted.member_id,
      ],
    );
    if (stored) await sql.query('delete from attachment_pieces where digest = $1', [digest]);
    // W-PURGE-5: of somebody who was forgotten meanwhile nothing is kept.
    if (!stored?.sealed) return;
    if ('problem' in opened) {
      await sql.query(
        `insert into cases (id, club_id, edge_id, at, kind, detail)
         select $1, club_id, id, $2, 'unreadable-attachment', $3 from edges where id = $4`,
        [base.caseId, now, `${wanted.purpose} of member ${wanted.member_id}: ${opened.problem}`, edgeId],
      );
    } else if (wanted.purpose === 'photo') {
      await keepNewestPhoto(sql, wanted.member_id);
    } else if ('person' in opened) {
      const person = { memberId: wanted.member_id, ...opened.person };
      await renameMembers(sql, { ringFor: async () => ring }, [person], base.nowMs);
      await findPossibleDuplicates(sql, [wanted.member_id], base.nowMs, base.newCaseId);
    }
    if (wanted.purpose === 'mandate')
      await writeMandate(sql, wanted.member_id, digest, 'mandate' in opened ? opened.mandate : null);
    await announce(sql, 'live');
    if (part === 'person') {
      const renamed = 'person' in opened;
      await writeFeed(sql, await changedPeople(sql, [wanted.member_id], base.nowMs, { renamed }), base.nowMs);
    }
  });
  return 'stored';
}

/**
 * CL9: one photo of a member is kept, that of the last yes which named one. One that a sale named, or that was brought over, is
 * older than any of these. They may come in another order than they were taken in.
 */
async function keepNewestPhoto(sql: Sql, memberId: string): Promise<void> {
  await sql.query(
    `with held as (
       select digest, row_number() over (order by taken_at desc nulls last, attachments.received_at desc, digest) as place
         from attachments left join lateral (
           select least(at, consents.received_at) as taken_at from consents
            where consents.member_id = $1 and proof->>'photoDigest' = digest
         ) as answer on true
        where member_id = $1 and purpose = 'photo' and sealed is not null and problem is null
     )
     update attachments set sealed = null, problem = 'replaced'
       from held where attachments.member_id = $1 and held.digest = attachments.digest and place > 1`,
    [memberId],
  );
}

/** W-MAND-3: one of a sale that was undone stays cancelled. */
async function writeMandate(
  sql: Sql,
  documentOf: string,
  digest: string,
  mandate: Mandate | null,
): Promise<void> {
  const memberId = await lockMemberThatStays(sql, documentOf);
  await sql.query(
    `update mandates
        set status = case when status = 'awaited' then $2 else status end,
            creditor_id = $3, iban_masked = $4, signed_at = $5
      where attachment_digest = $1 and member_id = $6`,
    [
      digest,
      mandate ? 'in-force' : 'unreadable',
      mandate?.creditor.creditorId ?? null,
      mandate && maskedIban(mandate.debtor.iban),
      mandate?.signedAt ?? null,
      memberId,
    ],
  );
}

/** With a merge the mandate goes to the record that stays, and the document that was signed does not (DU4). */
async function mandateReferenceOf(
  database: Database,
  documentOf: string,
  digest: string,
): Promise<string | null> {
  return database.transaction(async (sql) => {
    const [named] = await sql.query<{ reference: string }>(
      'select reference from mandates where member_id = $1 and attachment_digest = $2',
      [await lockMemberThatStays(sql, documentOf), digest],
    );
    return named?.reference ?? null;
  });
}

/** The photo of a member as it was taken, on whichever record of theirs (DU15), or null when the base holds none it can open. */
export async function memberPhoto(base: DocumentKeys, memberId: string): Promise<Uint8Array | null> {
  const [photo] = await base.database.query<{ memberId: string; digest: string }>(
    `select member_id as "memberId", digest from attachments
      where member_id = any(array(select records_of(array[$1::uuid]))) and purpose = 'photo' and sealed is not null and problem is null
      order by member_id = $1 desc, received_at desc, digest limit 1`,
    [memberId],
  );
  return photo ? openDocument(base, photo.memberId, photo.digest) : null;
}

/** What documents are opened with. */
export interface DocumentKeys {
  readonly database: Database;
  readonly memberKeys: MemberKeys;
  readonly keys: { readonly seal: { readonly privateKey: string } };
}

/** A document of a member as it was before it was sealed; null when the base holds none of that name that it can open. */
export async function openDocument(
  base: DocumentKeys,
  memberId: string,
  digest: string,
): Promise<Uint8Array | null> {
  const [row] = await base.database.query<{
    sealed: Buffer | null;
    purpose: Purpose;
    key_part: KeyPart | null;
  }>(
    'select sealed, purpose, key_part from attachments where member_id = $1 and digest = $2 and problem is null',
    [memberId, digest],
  );
  if (!row?.sealed) return null;
  return row.key_part === null
    ? openSealed(base.keys.seal.privateKey, row.purpose, row.sealed)
    : base.memberKeys.open(memberId, row.key_part, digest, row.sealed);
}

/**
 * Puts documents that came before there were keys of members under those. Some at a time; resolves with how many it did, 0 when
 * none is left that it can.
 */
export async function putUnderMemberKeys(
  base: DocumentKeys & { readonly log?: Log },
  nowMs: number,
  atOnce = 50,
): Promise<number> {
  const next = await base.database.query<{ digest: string; purpose: Purpose; memberId: string }>(
    `select digest, purpose, member_id as "memberId" from attachments
      where key_part is null and sealed is not null order by digest limit $1`,
    [atOnce],
  );
  if (next.length === 0) return 0;
  const ringOf = (part: KeyPart) => {
    const theirs = next.filter(({ purpose }) => partOf(purpose) === part);
    return base.memberKeys.ringFor(
      theirs.map(({ memberId }) => memberId),
      part,
      nowMs,
    );
  };
  // Before the transaction: while their store is waited for, no row is locked.
  const rings = { person: await ringOf('person'), archive: await ringOf('archive') };
  return base.database.transaction(async (sql) => {
    const rows = await sql.query<{
      digest: string;
      sealed: Buffer;
      purpose: Purpose;
      member_id: string;
      problem: string | null;
    }>(
      `select digest, sealed, purpose, member_id, problem from attachments
        where key_part is null and sealed is not null and digest = any($1) order by digest for update skip locked`,
      [next.map(({ digest }) => digest)],
    );
    let done = 0;
    for (const { digest, sealed, purpose, member_id, problem } of rows) {
      const opened = problem === null ? await unsealed(base, purpose, sealed) : sealed;
      const part = partOf(purpose);
      const kept = closedUnless(rings[part], member_id, digest, opened ?? sealed);
      if (kept === 'damaged') {
        base.log?.warn('privacy.document-not-kept', { digest, purpose, problem: 'its key is damaged' });
        continue;
      }
      done += 1;
      // PV34: its key was destroyed already. What could not be opened is kept as it came.
      const found = kept === null ? 'erased' : opened === null ? notSealedToUs : problem;
      if (found !== problem) base.log?.warn('privacy.document-not-kept', { digest, purpose, problem: found });
      await sql.query('update attachments set sealed = $2, key_part = $3, problem = $4 where digest = $1', [
        digest,
        kept,
        part,
        found,
      ]);
    }
    return done;
  });
}

/** PV63: one damaged key holds up no other document; this one stays as it came. */
function closedUnless(ring: KeyRing, memberId: string, digest: string, plain: Uint8Array) {
  try {
    return ring.close(memberId, digest, plain);
  } catch (error) {
    if (error instanceof KeyDamaged) return 'damaged' as const;
    throw error;
  }
}

async function unsealed(base: DocumentKeys, purpose: Purpose, sealed: Buffer): Promise<Uint8Array | null> {
  try {
    return await openSealed(base.keys.seal.privateKey, purpose, sealed);
  } catch {
    return null;
  }
}

/** What the law may keep after the person was erased has a key of its own. */
function partOf(purpose: Purpose): KeyPart {
  return purpose === 'contract' || purpose === 'mandate' ? 'archive' : 'person';
}

async function open(
  purpose: Purpose,
  sealed: Buffer,
  { sealPrivateKey, nowMs }: { readonly sealPrivateKey: string; readonly nowMs: number },
  mandateReference: string | null,
): Promise<Opened> {
  let plain: Uint8Array;
  try {
    plain = await openSealed(sealPrivateKey, purpose, sealed);
  } catch {
    return { problem: notSealedToUs };
  }
  if (purpose === 'photo') {
    return imageType(plain) ? { good: true, plain } : { problem: 'neither a JPEG nor a PNG picture' };
  }
  const value = jsonOf(plain);
  if (purpose === 'contract') {
    return contractSchema.safeParse(value).success
      ? { good: true, plain }
      : { problem: 'not a signed contract' };
  }
  if (purpose === 'mandate') return openedMandate(value, mandateReference, plain);
  const person = personSchema.safeParse(value);
  if (!person.success || !Object.values(person.data).every((text) => isWholeText(text ?? ''))) {
    return { problem: 'not the particulars of a person' };
  }
  if (!isVisible(person.data.givenName + person.data.familyName)) {
    return { problem: 'not the particulars of a person: its names hold nothing that can be seen' };
  }
  // Where the club is, it may be tomorrow already.
  if (!mayBeBornOn(person.data.birthDate, isoTime(nowMs + dayMs).slice(0, 10))) {
    return { problem: 'not the particulars of a person: nobody who lives was born on that day' };
  }
  return { person: person.data, plain };
}

/** W-MAND-3. Problems name no part of the account: they are shown to staff and logged. */
function openedMandate(value: unknown, reference: string | null, plain: Uint8Array): Opened {
  const mandate = mandateSchema.safeParse(value);
  if (!mandate.success) return { problem: 'not a signed mandate' };
  const { data } = mandate;
  if (data.reference !== reference) return { problem: 'not the mandate that the sale named' };
  if (!isCreditorIdentifier(data.creditor.creditorId)) return { problem: 'not of a known form of creditor' };
  if (ibanProgress(data.debtor.iban).state !== 'whole') return { problem: 'its account is not whole' };
  if (sha256Hex(data.text) !== data.textSha256) return { problem: 'its text is not the one that was read' };
  return { mandate: data, plain };
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** By the first bytes of the file (JPEG SOI marker, PNG signature). */
export function imageType(bytes: Uint8Array): 'image/jpeg' | 'image/png' | null {
  const start = Buffer.from(bytes.subarray(0, 8)).toString('hex');
  if (start.startsWith('ffd8ff')) return 'image/jpeg';
  if (start === '89504e470d0a1a0a') return 'image/png';
  return null;
}
