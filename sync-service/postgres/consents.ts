import { isoTime } from '@portillon/core/base/clock.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { consentWordingDigest } from '@portillon/core/sale/consent-wording-digest.ts';
import {
  type ConsentPurpose,
  consentPurposes,
  consentWordings,
} from '@portillon/core/sale/consent-wordings.ts';
import type { ConsentsAnswer } from '@portillon/core/wire/messages.ts';
import type { ConsentEntry, ConsentState, MemberConsents } from '../http/staff/consent-view.ts';
import { lockedPeople } from './club-people.ts';
import type { Sql } from './database.ts';
import { writeFeed } from './feed.ts';
import { lockRecordsOf, recordsOf } from './records-of-person.ts';

/** Makes the wordings of our own screens known, so that each answer can be read with the words that were asked. */
export async function publishWordings(sql: Sql): Promise<void> {
  for (const [version, purposes] of Object.entries(consentWordings)) {
    for (const purpose of consentPurposes) {
      for (const [language, sentences] of Object.entries(purposes[purpose])) {
        const digest = consentWordingDigest(purpose, version, language);
        await writeWording(sql, {
          purpose,
          version,
          language,
          digest: digest ?? '',
          words: sentences.join('\n'),
        });
      }
    }
  }
}

interface Wording {
  readonly purpose: ConsentPurpose;
  readonly version: string;
  readonly language: string;
  readonly digest: string;
  readonly words: string;
}

async function writeWording(sql: Sql, { purpose, version, language, digest, words }: Wording): Promise<void> {
  await sql.query(
    `insert into consent_wordings (purpose, version, language, digest, words) values ($1, $2, $3, $4, $5)
     on conflict do nothing`,
    [purpose, version, language, digest, words],
  );
}

/** What a member said, on whichever record of theirs (DU14), the last first, and what counts now. Who never was asked has no state. */
export async function readConsents(sql: Sql, memberId: string): Promise<MemberConsents> {
  const records = await recordsOf(sql, [memberId]);
  const states = await sql.query<ConsentState>(
    `select purpose, consent_now($2, purpose) as state
       from (select distinct purpose from consents where member_id = any($1::uuid[])) as said order by purpose desc`,
    [records, memberId],
  );
  const entries = await sql.query<ConsentEntry>(
    `select consents.id, consents.purpose, act, at, received_at as "receivedAt", wording_version as "wordingVersion",
            coalesce(wording_digest, known.digest) as "wordingDigest", consents.language, channel,
            user_name as by, known.words as wording, proof
       from consents left join lateral (
         select digest, words from consent_wordings
          where purpose = consents.purpose and version = wording_version
            and consent_wordings.language = consents.language and digest = coalesce(wording_digest, digest)
          limit 1
       ) as known on true
      where member_id = any($1::uuid[]) order by least(at, received_at) desc, act = 'given', consents.id`,
    [records],
  );
  return { states, entries };
}

/** W-CONSENT-2: what the holder of an active credential said last of each purpose. Null when nobody holds it. */
export async function readConsentsOfHolder(
  sql: Sql,
  credentialId: string,
): Promise<{ memberId: string; consents: ConsentsAnswer['consents'] } | null> {
  const [holder] = await sql.query<{ memberId: string }>(
    `select member_id as "memberId" from credentials
      where id = $1 and member_id is not null and status = 'active' and not single_use`,
    [credentialId],
  );
  if (!holder) return null;
  const { states, entries } = await readConsents(sql, holder.memberId);
  const consents = consentPurposes.flatMap((purpose) => {
    // Not always the last by the clocks (CL4).
    const counts = states.find((state) => state.purpose === purpose)?.state;
    const last = entries.find((entry) => entry.purpose === purpose && entry.act === counts);
    return last ? [{ purpose, act: last.act, at: last.at, words: last.wording }] : [];
  });
  return { memberId: holder.memberId, consents };
}

export type Withdrawal =
  | { readonly channel: 'staff'; readonly user: { readonly id: string; readonly name: string } }
  | { readonly channel: 'web-shop'; readonly keyId: string }
  | { readonly channel: 'other-base'; readonly adapter: string };

/** CL5. False when nothing was given that could be taken back; the photo and those who listen follow by triggers. */
export async function withdrawConsent(
  sql: Sql,
  memberId: string,
  purpose: ConsentPurpose,
  by: Withdrawal,
  nowMs: number,
): Promise<boolean> {
  // Before a photo that comes in at this moment, or after it.
  await lockRecordsOf(sql, [memberId]);
  const written = await sql.query(
    `insert into consents (member_id, purpose, act, at, received_at, channel, user_id, user_name, key_id, proof)
     select $1, $2, 'withdrawn', $3::timestamptz, $3::timestamptz, $4, $5, $6, $7, $8 where consent_now($1, $2) = 'given'
     returning 1`,
    [
      memberId,
      purpose,
      isoTime(nowMs),
      by.channel,
      by.channel === 'staff' ? by.user.id : null,
      by.channel === 'staff' ? by.user.name : null,
      by.channel === 'web-shop' ? by.keyId : null,
      JSON.stringify(by.channel === 'other-base' ? { adapter: by.adapter } : {}),
    ],
  );
  if (purpose === 'photo' && written.length > 0)
    await writeFeed(sql, await lockedPeople(sql, [memberId], nowMs), nowMs);
  return written.length > 0;
}

/** CL3: an answer in a web shop, with the words that were asked; the digest is ours. */
export async function writeShopAnswer(
  sql: Sql,
  memberId: string,
  answer: Omit<Wording, 'digest'> & {
    readonly given: boolean;
    readonly atMs: number;
    readonly reference: string;
  },
  keyId: string,
  nowMs: number,
): Promise<void> {
  const digest = sha256Hex(answer.words);
  await lockRecordsOf(sql, [memberId]);
  await writeWording(sql, { ...answer, digest });
  await sql.query(
    `insert into consents (member_id, purpose, act, at, received_at, wording_version, wording_digest, language, channel,
                           key_id, proof)
     values ($1, $2, $3, $4, $5, $6, $7, $8, 'web-shop', $9, $10)`,
    [
      memberId,
      answer.purpose,
      answer.given ? 'given' : 'not-given',
      isoTime(answer.atMs),
      isoTime(nowMs),
      answer.version,
      digest,
      answer.language,
      keyId,
      JSON.stringify({ box: 'off-by-default', reference: answer.reference }),
    ],
  );
}
