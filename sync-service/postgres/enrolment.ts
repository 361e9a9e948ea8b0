import { randomInt } from 'node:crypto';
import { isoTime } from '@portillon/core/base/clock.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { genesisHash } from '@portillon/core/crypto/hash-chain.ts';
import { isSigningKey } from '@portillon/core/crypto/signing-key.ts';
import type { EnrolRequest } from '@portillon/core/wire/messages.ts';
import { announce } from './announcements.ts';
import type { Database, Sql } from './database.ts';
import { edgeKeyRecord } from './edge-key-record.ts';
import { askNewBox } from './erasure/purge-orders.ts';
import { writeFeed } from './feed.ts';

export interface EnrolRefusal {
  readonly code:
    | 'enrol.weak-key'
    | 'enrol.wrong-code'
    | 'enrol.code-used'
    | 'enrol.code-expired'
    | 'enrol.too-many-tries'
    | 'enrol.key-known';
  readonly message: string;
}

/** No I, L, O, U: they are mistaken for others when a person types the code (Crockford's base 32). */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const selectorLength = 4;
const secretLength = 12;
const wrongTriesAllowed = 5;
export const codeLifeMs = 24 * 3_600_000;
/** How long a box that does not prove its key, one of the version before, is answered again (W-ENROL-3). */
const unprovedRepeatMs = 3_600_000;

/**
 * A one-time code for an edge of this club: `K7QM-3F9C-TW2X-80AB`. The first group only finds the row; the rest is the
 * secret, of which the base keeps the digest. Drawn from the system's generator.
 */
export async function newEnrolmentCode(
  sql: Sql,
  clubId: string,
  nowMs: number,
  { issuesCards }: Pick<Enrolled, 'issuesCards'> = { issuesCards: true },
): Promise<string> {
  const selector = word(selectorLength);
  const secret = word(secretLength);
  await sql.query(
    `insert into enrolment_codes (selector, secret_hash, club_id, created_at, expires_at, issues_cards)
     values ($1, $2, $3, $4, $5, $6)`,
    [selector, sha256Hex(secret), clubId, isoTime(nowMs), isoTime(nowMs + codeLifeMs), issuesCards],
  );
  return (selector + secret).replace(/(.{4})(?=.)/g, '$1-');
}

function word(length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** Whom the code let in. `edgeId` is new, or the one this key got the first time. */
export interface Enrolled {
  readonly edgeId: string;
  readonly clubId: string;
  /** It gets the key that writes cards (W-CARDKEY-2): a kiosk does, a box that only opens gates does not. */
  readonly issuesCards: boolean;
}

/** One code, one key. The same key may ask again and gets the same answer: the first one may have been lost. */
export async function enrolEdge(
  database: Database,
  request: EnrolRequest & { readonly isProved: boolean },
  edgeId: string,
  networkPrivateKey: string,
  nowMs: number,
): Promise<Result<Enrolled, EnrolRefusal>> {
  if (!isSigningKey(request.publicKey)) {
    return err({
      code: 'enrol.weak-key',
      message: 'the public key is no Ed25519 key that one box alone can sign with; make another pair',
    });
  }
  const typed = request.code.toUpperCase().replace(/[^0-9A-Z]/g, '');
  const selector = typed.slice(0, selectorLength);
  return database.transaction(async (sql) => {
    const [code] = await sql.query<{
      secret_hash: string;
      club_id: string;
      expires_at: string;
      wrong_tries: number;
      used_by_key: string | null;
      issues_cards: boolean;
    }>('select * from enrolment_codes where selector = $1 for update', [selector]);
    const wrong = err({ code: 'enrol.wrong-code', message: 'this enrolment code is not known' } as const);
    if (!code) return wrong;
    if (code.wrong_tries >= wrongTriesAllowed) {
      return err({
        code: 'enrol.too-many-tries',
        message: 'this enrolment code was typed wrongly too often; ask for a new one',
      });
    }
    if (sha256Hex(typed.slice(selectorLength)) !== code.secret_hash) {
      await sql.query('update enrolment_codes set wrong_tries = wrong_tries + 1 where selector = $1', [
        selector,
      ]);
      return wrong;
    }
    const [known] = await sql.query<{ id: string; status: string; enrolled_at: string }>(
      'select id, status, enrolled_at from edges where public_key = $1',
      [request.publicKey],
    );
    if (code.used_by_key !== null) {
      // The answer holds the keys of the cards: nothing of it is for a box that was revoked, nor for who only knows code and key.
      if (known?.status === 'active' && code.used_by_key === request.publicKey) {
        if (request.isProved || nowMs < Date.parse(known.enrolled_at) + unprovedRepeatMs) {
          return ok({ edgeId: known.id, clubId: code.club_id, issuesCards: code.issues_cards });
        }
        return err({
          code: 'enrol.code-used',
          message:
            'this enrolment code was used more than an hour ago: a box must sign to be answered again, as its newer software does',
        });
      }
      return err({
        code: 'enrol.code-used',
        message: 'this enrolment code was used by another box; ask for a new one',
      });
    }
    if (Date.parse(code.expires_at) <= nowMs) {
      return err({
        code: 'enrol.code-expired',
        message: 'this enrolment code has expired; ask for a new one',
      });
    }
    if (known) {
      return err({
        code: 'enrol.key-known',
        message:
          known.status === 'active'
            ? 'this box was enrolled with another code; it needs no new one'
            : 'this key was revoked: a box is let in again with a new one, in a new state folder',
      });
    }
    await sql.query('update enrolment_codes set used_by_key = $2 where selector = $1', [
      selector,
      request.publicKey,
    ]);
    await sql.query(
      `insert into edges
         (id, club_id, public_key, status, software, enrolled_at, last_contact_at, last_hash, issues_cards)
       values ($1, $2, $3, 'active', $4, $5, $5, $6, $7)`,
      [
        edgeId,
        code.club_id,
        request.publicKey,
        request.software,
        isoTime(nowMs),
        genesisHash,
        code.issues_cards,
      ],
    );
    await sql.query('insert into edge_counter_heads (edge_id) values ($1)', [edgeId]);
    await askNewBox(sql, edgeId, isoTime(nowMs));
    await announce(sql, 'live');
    const box = { edgeId, clubId: code.club_id, publicKey: request.publicKey };
    await writeFeed(sql, [edgeKeyRecord(box, 'active', networkPrivateKey)], nowMs);
    return ok({ edgeId, clubId: code.club_id, issuesCards: code.issues_cards });
  });
}
