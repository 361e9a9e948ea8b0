import type { ClubId, EdgeId, NetworkId, PlanId } from '@portillon/core/base/ids.ts';
import { encodeGrant } from '@portillon/core/crypto/grant.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import type { RenewalSale } from './sale-in-progress.ts';

/** SA78: what a gate that never heard of the member believes from now on: the card as before, up to the new end. */
export function renewedGrant(sale: RenewalSale, identity: EdgeIdentity, cardUid: Uint8Array): Uint8Array {
  const { recordAfter, credentialId, planScope, period } = sale;
  return encodeGrant(
    {
      networkId: identity.networkId as NetworkId,
      issuerEdgeId: identity.edgeId as EdgeId,
      credentialId,
      planId: recordAfter.planId as PlanId,
      homeClubId: recordAfter.homeClubId as ClubId,
      scope: planScope,
      validFromMs: Date.parse(recordAfter.validFrom),
      validToMs: period.toMs,
      cardUid,
    },
    identity.privateKey,
  );
}
