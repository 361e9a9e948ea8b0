import { isoTime } from '@portillon/core/base/clock.ts';
import { openSealed } from '@portillon/core/crypto/seal.ts';
import { contractSchema, type Person, personSchema } from '@portillon/core/wire/messages.ts';
import { announce } from './announcements.ts';
import type { Database, Sql } from './database.ts';

type Purpose = 'person' | 'photo' | 'contract';

/** What was found in the sealed bytes: the person, something good of another kind, or why it is no good. */
type Opened = { readonly person: Person | null } | { readonly problem: string };

/**
 * Takes in the bytes an event has named. `unknown` when no applied event of this edge names them. Bytes that cannot be
 * opened are kept too, with the reason and a case: the edge has done its part and may let go of them (I4).
 */
export async function receiveAttachment(
  database: Database,
  edgeId: string,
  digest: string,
  sealed: Buffer,
  base: { readonly sealPrivateKey: string; readonly nowMs: number; readonly caseId: string },
): Promise<'stored' | 'unknown'> {
  const [wanted] = await database.query<{ purpose: Purpose; member_id: string; received_at: string | null }>(
    'select purpose, member_id, received_at from attachments where digest = $1 and edge_id = $2',
    [digest, edgeId],
  );
  if (!wanted) return 'unknown';
  if (wanted.received_at !== null) return 'stored';
  const opened = await open(wanted.purpose, sealed, base.sealPrivateKey);
  const now = isoTime(base.nowMs);
  await database.transaction(async (sql) => {
    const stored = await sql.query(
      `update attachments set sealed = $2, received_at = $3, problem = $4
        where digest = $1 and received_at is null returning 1`,
      [digest, sealed, now, 'problem' in opened ? opened.problem : null],
    );
    if (stored.length === 0) return;
    if ('problem' in opened) {
      await sql.query(
        `insert into cases (id, club_id, edge_id, at, kind, detail)
         select $1, club_id, id, $2, 'unreadable-attachment', $3 from edges where id = $4`,
        [base.caseId, now, `${wanted.purpose} of member ${wanted.member_id}: ${opened.problem}`, edgeId],
      );
    } else if (opened.person) {
      await writePerson(sql, wanted.member_id, opened.person);
    }
    await announce(sql, 'live');
  });
  return 'stored';
}

async function writePerson(sql: Sql, memberId: string, person: Person): Promise<void> {
  await sql.query(
    `update members set given_name = $2, family_name = $3, birth_date = $4, email = $5, phone = $6 where id = $1`,
    [memberId, person.givenName, person.familyName, person.birthDate, person.email, person.phone],
  );
}

/** The photo of a member as it was taken, or null when the base holds none it can open. */
export async function memberPhoto(
  database: Database,
  memberId: string,
  sealPrivateKey: string,
): Promise<Uint8Array | null> {
  const [photo] = await database.query<{ sealed: Buffer }>(
    `select sealed from attachments
      where member_id = $1 and purpose = 'photo' and sealed is not null and problem is null`,
    [memberId],
  );
  return photo ? openSealed(sealPrivateKey, 'photo', photo.sealed) : null;
}

async function open(purpose: Purpose, sealed: Buffer, sealPrivateKey: string): Promise<Opened> {
  let plain: Uint8Array;
  try {
    plain = await openSealed(sealPrivateKey, purpose, sealed);
  } catch {
    return { problem: 'not sealed to this base for this purpose, or changed on the way' };
  }
  if (purpose === 'photo') {
    return imageType(plain) ? { person: null } : { problem: 'neither a JPEG nor a PNG picture' };
  }
  const value = jsonOf(plain);
  if (purpose === 'contract') {
    return contractSchema.safeParse(value).success ? { person: null } : { problem: 'not a signed contract' };
  }
  const person = personSchema.safeParse(value);
  // PostgreSQL keeps no NUL character in text.
  if (!person.success || Object.values(person.data).some((text) => text?.includes('\0'))) {
    return { problem: 'not the particulars of a person' };
  }
  return { person: person.data };
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
