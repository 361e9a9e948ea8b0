import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import { isBridge } from '@portillon/core/access/bridge-ticket.ts';
import { planInEffect } from '@portillon/core/access/plan-in-effect.ts';
import { type Clock, isoTime } from '@portillon/core/base/clock.ts';
import {
  type ClubId,
  type CredentialId,
  type EdgeId,
  type MemberId,
  type NetworkId,
  newId,
  type PlanId,
} from '@portillon/core/base/ids.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { type PassProblem, readKeyRequest } from '@portillon/core/crypto/pass.ts';
import { encodePassGrant } from '@portillon/core/crypto/pass-grant.ts';
import { passCodeText } from '@portillon/core/crypto/pass-layout.ts';
import { passLinkLifeMs, passLinkText } from '@portillon/core/crypto/pass-link.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import type { MemberAccount } from './member-account.ts';
import { bridgeOf, handedCredential, type SaleInProgress } from './sale-in-progress.ts';

/** What the pass stands beside, a card, or takes over from (PS21), and what it may do. */
export interface PassHolder {
  readonly besideCredentialId: CredentialId;
  readonly memberId: MemberId;
  readonly planId: PlanId;
  readonly planScope: 'network' | 'home';
  readonly homeClubId: ClubId;
  readonly validFromMs: number;
  readonly validToMs: number | null;
}

/** SA85: who holds a card or a code to the kiosk and has a membership that runs; null for everybody else. */
export function passHolderOfMember(member: MemberAccount, nowMs: number): PassHolder | null {
  const { credentialId, memberId, record, account, plan } = member;
  const validTo = isBridge(record) ? account.validTo : record.validTo;
  const validToMs = validTo === null ? null : Date.parse(validTo);
  if (!plan || record.uidOnly || account.status === 'cancelled') return null;
  if (validToMs !== null && validToMs <= nowMs) return null;
  return {
    besideCredentialId: credentialId,
    memberId,
    planId: planInEffect(record, nowMs),
    planScope: plan.scope,
    homeClubId: record.homeClubId as ClubId,
    validFromMs: Date.parse(record.validFrom),
    validToMs,
  };
}

/**
 * Who has just got a card of their own, or a ticket that stands in for the pass. Null where nothing was handed to anybody in
 * particular, or staff practise.
 */
export function passHolderOf(sale: SaleInProgress): PassHolder | null {
  const handed = sale.product === 'membership' ? handedCredential(sale) : bridgeOf(sale);
  if (!handed || sale.practice) return null;
  const { credentialId, memberId, planId, planScope, homeClubId, validFromMs, validToMs } = handed;
  return {
    besideCredentialId: credentialId,
    memberId,
    planId,
    planScope,
    homeClubId: homeClubId ?? sale.clubId,
    validFromMs,
    validToMs,
  };
}

/**
 * PS16: a link for a phone that has a network, and the name that its pass will have.
 */
export function passLinkFor(
  { besideCredentialId }: PassHolder,
  identity: EdgeIdentity,
  clock: Clock,
  random: Random,
): { readonly text: string; readonly passCredentialId: CredentialId } {
  const passCredentialId = newId<'credential'>(clock, random);
  const text = passLinkText(
    {
      networkId: identity.networkId as NetworkId,
      issuerEdgeId: identity.edgeId as EdgeId,
      besideCredentialId,
      passCredentialId,
      expiresAtMs: clock.wallMs() + passLinkLifeMs,
    },
    identity.privateKey,
  );
  return { text, passCredentialId };
}

/**
 * What the phone shows becomes a pass: a grant that this box signs, the event that tells of it and the row of the book, in
 * one transaction. Resolves with the code that the screen shows to the phone; nothing in it is secret (PS13).
 */
export async function enrolledPass(
  requestText: string,
  holder: PassHolder,
  {
    store,
    identity,
    clock,
    random,
  }: {
    readonly store: EdgeStore;
    readonly identity: EdgeIdentity;
    readonly clock: Clock;
    readonly random: Random;
  },
): Promise<Result<string, PassProblem>> {
  const publicKey = readKeyRequest(requestText);
  if (!publicKey.ok) return err(publicKey.error);
  const { besideCredentialId, memberId, planId, planScope, homeClubId, validFromMs, validToMs } = holder;
  const credentialId = newId<'credential'>(clock, random);
  const grant = encodePassGrant(
    {
      networkId: identity.networkId as NetworkId,
      issuerEdgeId: identity.edgeId as EdgeId,
      credentialId,
      planId,
      homeClubId,
      scope: planScope,
      validFromMs,
      validToMs,
      publicKey: publicKey.value,
    },
    identity.privateKey,
  );
  const validFrom = isoTime(validFromMs);
  // The phone that took over from a ticket a moment ago stands for it (PS21).
  const held = store.book.credential(besideCredentialId);
  const isOver = held?.status === 'blocked' && isBridge(held);
  const beside = (isOver && store.book.passesOf(memberId)[0]?.credentialId) || besideCredentialId;
  await store.write(async (tx) => {
    await store.outbox.appendEvent(tx, {
      type: 'pass.enrolled',
      at: isoTime(clock.wallMs()),
      besideCredentialId: beside,
      pass: { credentialId, publicKey: publicKey.value, validFrom },
    });
    // W-PASS-2, PS21, here at once: the phone before this one, and the ticket until then, open nothing any more.
    for (const before of [...store.book.passesOf(memberId), ...store.book.bridgesOf(memberId)]) {
      await store.book.rememberOwnCredential(tx, before.credentialId, {
        ...before.record,
        status: 'blocked',
      });
    }
    const { account, standing, language } = held ?? {};
    const pass: CredentialRecord = {
      kind: 'pass',
      cardUid: null,
      publicKey: publicKey.value,
      memberId,
      planId,
      homeClubId,
      validFrom,
      validTo: validToMs === null ? null : isoTime(validToMs),
      singleUse: false,
      status: 'active',
      ...(account ? { account } : {}),
      ...(standing ? { standing } : {}),
      ...(language ? { language } : {}),
    };
    await store.book.rememberOwnCredential(tx, credentialId, pass, besideCredentialId);
  });
  return ok(passCodeText('grant', grant));
}
