import type { CardDispenser } from '@portillon/drivers/card-dispenser/card-dispenser.ts';
import type { EdgeConfig } from '../edge-config.ts';

/** What members of this club get: a card from the dispenser, or a pass on the phone and a ticket until it is there (SA79). */
export type CredentialIssue =
  | { readonly kind: 'card'; readonly dispenser: CardDispenser }
  | { readonly kind: 'pass'; readonly bridgeDays: number };

/** As the operator has decided; null where cards are to be issued and no dispenser is fitted: then nothing is sold. */
export function credentialIssue(
  { credential, bridgeDays }: EdgeConfig['sale'],
  dispenser: CardDispenser | null,
): CredentialIssue | null {
  if (credential === 'pass') return { kind: 'pass', bridgeDays };
  return dispenser && { kind: 'card', dispenser };
}
