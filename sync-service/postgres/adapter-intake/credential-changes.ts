import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import type { IncomingRecords } from '../../adapters/incoming-records.ts';
import type { IncomingChange } from '../../adapters/member-base-adapter.ts';
import { blockedByHand, nothingElseEnded } from '../credential-status.ts';
import { accessFollows } from './access-follows.ts';
import { liftBlock, putBlock } from './blocks.ts';
import { differs } from './differences.ts';
import {
  changeRow,
  holderOf,
  type Intake,
  isForgotten,
  type KnownRow,
  NotApplied,
  rememberRow,
} from './intake.ts';

interface Ours {
  readonly id: string;
  readonly memberId: string | null;
  readonly status: 'active' | 'blocked' | 'spent';
  readonly cardUid: string | null;
  readonly codeHash: string | null;
  readonly byHand: boolean;
}
const ourColumns = `credentials.id, member_id as "memberId", credentials.status, card_uid as "cardUid", code_hash as "codeHash",
  ${blockedByHand('credentials')} is not null as "byHand"`;

/** A badge or a code of theirs; a card of ours that they know by its number opens, or does not, as they say. */
export async function applyCredential(
  intake: Intake,
  change: IncomingChange,
  record: IncomingRecords['credential'] | null,
  known: KnownRow | null,
): Promise<void> {
  const { sql } = intake;
  if (record === null && !known) return;
  const memberId = record === null ? null : await holderOf(intake, record);
  const codeHash = record?.codeHash ?? (record?.code ? sha256Hex(record.code) : null);
  const number = record?.cardUid ?? codeHash;
  // Of two who write the same number at once, one waits (badges.ts).
  if (number !== null) await sql.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [number]);
  const wanted = record === null ? 'blocked' : (record.status ?? 'active');
  const [ours] = await sql.query<Ours & Record<string, unknown>>(
    `select ${ourColumns} from credentials
      where case when $1::uuid is null then (card_uid = $2 or code_hash = $3) and status = 'active' else id = $1 end for update`,
    [known?.ourId ?? null, record?.cardUid ?? null, codeHash],
  );
  const whose = memberId ?? ours?.memberId ?? null;
  if (whose !== null && (await isForgotten(sql, whose))) return;
  if (!ours) {
    if (known) throw new NotApplied('the credential is not there any more');
    const id = await newCredential(intake, { memberId, cardUid: record?.cardUid ?? null, codeHash, wanted });
    await rememberRow(intake, 'credential', id, change, { made: true, said: { status: wanted } });
    return accessFollows(intake, memberId ?? '');
  }
  if (!known && ours.memberId !== memberId) {
    throw new NotApplied(
      'its number is on a credential of somebody else here',
      memberId === null ? {} : { memberId },
    );
  }
  if (known?.made)
    await changeCredential(intake, known, ours, { memberId, cardUid: record?.cardUid, codeHash, wanted });
  else if (wanted === 'active') await liftBlock(intake, `credential ${change.theirId}`);
  else await putBlock(intake, `credential ${change.theirId}`, { credentialId: ours.id }, null);
  const made = known?.made ?? false;
  await rememberRow(intake, 'credential', ours.id, change, { made, said: { status: wanted } });
}

async function newCredential(
  { sql, newId }: Intake,
  given: {
    readonly memberId: string | null;
    readonly cardUid: string | null;
    readonly codeHash: string | null;
    readonly wanted: 'active' | 'blocked';
  },
): Promise<string> {
  const { memberId, cardUid, codeHash, wanted } = given;
  if (memberId === null) throw new NotApplied('its member is not said');
  if ((cardUid === null) === (codeHash === null)) {
    throw new NotApplied('it says no number of a chip and no code, or both', { memberId });
  }
  const id = newId();
  const written = await sql.query(
    `insert into credentials (id, kind, card_uid, code_hash, uid_only, member_id, plan_id, home_club_id, sale_id, valid_from,
                              valid_to, single_use, status)
     select $1, case when $3::text is null then 'card' else 'pass' end, $2, $3, $3::text is null, member_id, plan_id, club_id, null,
            valid_from, valid_to, false, $5
       from memberships where member_id = $4 order by status = 'active' desc, valid_from desc limit 1 returning 1`,
    [id, cardUid, codeHash, memberId, wanted],
  );
  if (written.length === 0) {
    throw new NotApplied('its member holds no membership here', {
      memberId,
      waitsFor: `membership of ${memberId}`,
    });
  }
  return id;
}

async function changeCredential(
  intake: Intake,
  known: KnownRow,
  ours: Ours,
  given: {
    readonly memberId: string | null;
    readonly cardUid: string | null | undefined;
    readonly codeHash: string | null;
    readonly wanted: 'active' | 'blocked';
  },
): Promise<void> {
  const { memberId, cardUid, codeHash, wanted } = given;
  const moved = memberId !== null && memberId !== ours.memberId;
  // What they have said before is no word against what was decided here since.
  const isNew = known.said?.status !== wanted && wanted !== ours.status && ours.status !== 'spent';
  if (isNew && wanted === 'active' && !(await nothingElseEnded(intake.sql, ours.id))) {
    throw new NotApplied('it was replaced or has ended here, and opens nothing any more', {
      ...(ours.memberId === null ? {} : { memberId: ours.memberId }),
    });
  }
  await changeRow(intake, 'credentials', ours.id, {
    ...(moved ? { member_id: memberId } : {}),
    ...(cardUid && cardUid !== ours.cardUid ? { card_uid: cardUid } : {}),
    ...(codeHash !== null && codeHash !== ours.codeHash ? { code_hash: codeHash } : {}),
    ...(isNew ? { status: wanted } : {}),
  });
  intake.credentials.add(ours.id);
  if (isNew && wanted === 'active' && ours.byHand) {
    const of = { about: `credential ${ours.id}`, memberId: ours.memberId, saleId: null, clubId: null };
    await differs(intake, of, [{ field: 'status', theirs: 'active', ours: 'blocked by hand' }]);
  }
  if (moved) await accessFollows(intake, memberId);
}

/** AD24: a member, or one credential, that they keep out. */
export async function applyBlock(
  intake: Intake,
  change: IncomingChange,
  record: IncomingRecords['block'] | null,
): Promise<void> {
  const key = `block ${change.theirId}`;
  if (record === null || record.blocked === false) return liftBlock(intake, key);
  const credentialId = await credentialOf(intake, record);
  if (credentialId !== null) return putBlock(intake, key, { credentialId }, record.until ?? null);
  const memberId = await holderOf(intake, record);
  if (memberId === null) throw new NotApplied('names no member and no credential');
  if (await isForgotten(intake.sql, memberId)) return;
  return putBlock(intake, key, { memberId }, record.until ?? null);
}

async function credentialOf(
  { sql, adapter }: Intake,
  { credentialId, credentialTheirId, cardUid }: IncomingRecords['block'],
): Promise<string | null> {
  if (!credentialId && !credentialTheirId && !cardUid) return null;
  const [row] = await sql.query<{ id: string }>(
    `select id from credentials
      where id = $1 or id = (select our_id from adapter_ids where adapter = $2 and kind = 'credential' and their_id = $3 limit 1)
         or ($4::text is not null and card_uid = $4)
      order by status = 'active' desc, valid_from desc limit 1`,
    [credentialId ?? null, adapter, credentialTheirId ?? null, cardUid ?? null],
  );
  if (row) return row.id;
  throw new NotApplied('names a credential that is not known here', {
    ...(credentialTheirId ? { waitsFor: `credential ${credentialTheirId}` } : {}),
  });
}
