import type { AccessFacts } from '@portillon/core/access/access-facts.ts';
import type { CredentialId, EdgeId, NetworkId } from '@portillon/core/base/ids.ts';
import { idFromBytes } from '@portillon/core/base/ids.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import type { EntryClaims } from '@portillon/core/crypto/entry-claims.ts';
import { grantProblem, readGrant } from '@portillon/core/crypto/grant.ts';
import { issuerProblem } from '@portillon/core/crypto/issuer-problem.ts';
import { type PassCode, readPass } from '@portillon/core/crypto/pass.ts';
import { readTicket, ticketProblem } from '@portillon/core/crypto/ticket.ts';
import type { CardChannel } from '@portillon/drivers/card/card-channel.ts';
import { ClubCard } from '@portillon/drivers/card/desfire/club-card.ts';
import { type CardNumber, chipNumber } from '@portillon/drivers/card-reader/card-reader.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import type { MemberBook } from '../../store/member-book.ts';
import { cardKeysOf } from '../card-keys-of.ts';

/** What somebody presented, after everything that proves it has been checked: the part of the facts the rule trusts. */
export interface Presented extends Pick<AccessFacts, 'presented' | 'grant' | 'code'> {
  /**
   * CD10: there for a card with keys of an older version, on an edge that may write cards. To be called once the decision
   * has been carried out, while the card may still be in the field; resolves however it went.
   */
  readonly renewKeys?: () => Promise<void>;
}

export interface CredentialCheck {
  readonly identity: EdgeIdentity;
  readonly book: MemberBook;
  readonly log: Log;
}

/** Something was shown that proves nothing. */
export const nothingProved = (kind: AccessFacts['presented']['kind']): Presented => ({
  presented: { kind, credentialId: null },
  grant: null,
  code: null,
});

/** Reads a card and has it prove its key. Null when it was taken away too early: nothing was presented. */
export async function presentedCard(channel: CardChannel, check: CredentialCheck): Promise<Presented | null> {
  const { identity, book, log } = check;
  const keys = cardKeysOf(identity);
  const card = new ClubCard({ channel, keys, randomBytes: systemRandom.bytes });
  const read = await card.read();
  if (!read.ok) {
    log.info('gate.card-not-read', { code: read.error.code, detail: read.error.detail });
    if (read.error.code === 'card.gone') return null;
    return oldBadge(Buffer.from(channel.uid).toString('hex').toUpperCase(), book) ?? nothingProved('card');
  }
  const credentialId = idFromBytes<'credential'>(read.value.credentialId);
  const boundUid = book.credential(credentialId)?.cardUid;
  if (boundUid && boundUid !== Buffer.from(channel.uid).toString('hex').toUpperCase()) {
    // A card that was replaced: its credential lives on another chip now.
    log.warn('gate.card-superseded', { credentialId });
    return nothingProved('card');
  }
  return {
    presented: { kind: 'card', credentialId },
    code: null,
    grant: read.value.grant ? trustedGrant(read.value.grant, credentialId, channel.uid, check) : null,
    ...(read.value.isOutdated && keys.mayWrite ? { renewKeys: () => renewedKeys(card, log) } : {}),
  };
}

/**
 * A number that a reader passed on. It tells which badge was held up and proves nothing: the rule believes it of old badges
 * only (AC31). A card of ours proves itself through a reader that asks its chip.
 */
export function presentedNumber(
  number: CardNumber,
  { book, log }: Pick<CredentialCheck, 'book' | 'log'>,
): Presented {
  log.info('gate.number-only', { bitCount: number.bitCount });
  const uid = chipNumber(number);
  return (uid === null ? null : oldBadge(uid, book)) ?? nothingProved('card');
}

/** The badge that the book knows by this number and by nothing else; null for everything that could prove itself. */
function oldBadge(uid: string, book: MemberBook): Presented | null {
  const known = book.credentialByCardUid(uid);
  if (!known?.record.uidOnly) return null;
  return {
    presented: { kind: 'card', credentialId: known.credentialId, byNumber: true },
    grant: null,
    code: null,
  };
}

/** AC33: the code that the book knows by what it says; null for everything that could prove itself. */
function oldCode(text: string, book: MemberBook): Presented | null {
  const known = book.credentialByCode(sha256Hex(text));
  if (!known) return null;
  return {
    presented: { kind: 'pass', credentialId: known.credentialId, byNumber: true },
    grant: null,
    code: null,
  };
}

/** A card that is taken away meanwhile can be read as before, and is renewed at the next visit. */
async function renewedKeys(card: ClubCard, log: Log): Promise<void> {
  const renewed = await card.renewKeys();
  if (renewed.ok) log.info('card.keys-renewed', { count: renewed.value });
  else log.info('card.keys-not-renewed', { code: renewed.error.code, detail: renewed.error.detail });
}

function trustedGrant(
  bytes: Uint8Array,
  credentialId: CredentialId,
  cardUid: Uint8Array,
  { identity, book, log }: CredentialCheck,
): AccessFacts['grant'] {
  const grant = readGrant(bytes);
  const problem = grant.ok
    ? grantProblem(grant.value, {
        networkId: identity.networkId as NetworkId,
        cardUid,
        issuerKey: book.edgeKey(grant.value.issuerEdgeId),
      })
    : grant.error;
  if (!grant.ok || problem || grant.value.credentialId !== credentialId) {
    log.warn('gate.grant-not-trusted', { credentialId, problem: problem ?? 'other-credential' });
    return null;
  }
  return { ...claimsOf(grant.value), singleUse: false };
}

/** A code of the scanner: a pass or a ticket whose signature holds, or nothing. */
export function presentedCode(text: string, check: CredentialCheck): Presented {
  const pass = readPass(text);
  if (pass.ok) return presentedPass(pass.value, check);
  if (pass.error === 'not-a-pass') return presentedTicket(text, check);
  check.log.warn('gate.pass-not-trusted', { problem: pass.error });
  return nothingProved('pass');
}

/** The phone has signed: whether its key counts is the member book's to say, or else its grant's (PS5 to PS7). */
function presentedPass({ grant, step }: PassCode, { identity, book, log }: CredentialCheck): Presented {
  const { credentialId } = grant;
  const networkId = identity.networkId as NetworkId;
  const known = book.credential(credentialId)?.publicKey;
  const problem =
    known === undefined || grant.networkId !== networkId
      ? issuerProblem(grant, { networkId, issuerKey: book.edgeKey(grant.issuerEdgeId) })
      : known === grant.publicKey
        ? null
        : 'other-phone';
  if (problem) {
    log.warn('gate.pass-not-trusted', { credentialId, problem });
    return nothingProved('pass');
  }
  return {
    presented: { kind: 'pass', credentialId },
    grant: { ...claimsOf(grant), singleUse: false },
    code: { step, usedHere: false },
  };
}

function presentedTicket(text: string, { identity, book, log }: CredentialCheck): Presented {
  const ticket = readTicket(text);
  if (!ticket.ok) {
    const old = ticket.error === 'not-a-ticket' ? oldCode(text, book) : null;
    if (old) return old;
    log.info('gate.code-not-a-ticket', { problem: ticket.error });
    return nothingProved(ticket.error === 'not-a-ticket' ? 'other' : 'ticket');
  }
  const problem = ticketProblem(ticket.value, {
    networkId: identity.networkId as NetworkId,
    issuerKey: book.edgeKey(ticket.value.issuerEdgeId as EdgeId),
  });
  if (problem) {
    log.warn('gate.ticket-not-trusted', { problem });
    return nothingProved('ticket');
  }
  return {
    presented: { kind: 'ticket', credentialId: ticket.value.credentialId },
    grant: { ...claimsOf(ticket.value), singleUse: ticket.value.singleUse },
    code: null,
  };
}

function claimsOf(claims: EntryClaims): Omit<NonNullable<AccessFacts['grant']>, 'singleUse'> {
  const { credentialId, planId, homeClubId, scope, validFromMs, validToMs } = claims;
  return { credentialId, planId, homeClubId, scope, validFromMs, validToMs };
}
