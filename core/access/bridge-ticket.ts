import type { CredentialRecord } from './access-facts.ts';

/**
 * A ticket of a member, used as often as they come, until the phone has the pass or the ticket ends (SA83): it is the member's
 * as a card is. All other tickets are for one entry of nobody in particular.
 */
export function isBridge({ kind, singleUse }: Pick<CredentialRecord, 'kind' | 'singleUse'>): boolean {
  return kind === 'ticket' && !singleUse;
}
