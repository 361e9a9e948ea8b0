import { decideExit } from '@portillon/core/access/access-rule.ts';
import { type FactsAround, gatherFacts } from '../gate/gather-facts.ts';
import type { CredentialCheck } from '../gate/presented-credential.ts';
import { presentedCode } from '../gate/presented-credential.ts';
import type { MemberAtKiosk } from './member-desk.ts';

/** Nobody is on the way through a gate here. */
const nobodyInFlight: FactsAround['inFlight'] = { hasTicket: () => false, releasedAtMs: () => null };

/**
 * Whose account a code opens that is held to the camera of the kiosk (PS22). It must prove there what it must prove at a gate:
 * a picture of a pass, taken earlier, opens none. Nothing is used up by it.
 */
export function codeAtKiosk(
  text: string,
  check: CredentialCheck,
  around: Omit<FactsAround, 'inFlight'>,
): MemberAtKiosk {
  const { store, clubId } = around;
  const presented = presentedCode(text, check);
  const { credentialId } = presented.presented;
  const club = store.book.club(clubId);
  if (credentialId === null || !club) return { kind: 'problem', problem: 'not-ours' };
  const record = store.book.credential(credentialId);
  if (!record?.account || record.memberId === null) return { kind: 'problem', problem: 'not-known-here' };
  if (record.status !== 'active') return { kind: 'problem', problem: 'blocked' };
  const shown = decideExit(gatherFacts(presented, club, { ...around, inFlight: nobodyInFlight }));
  return shown.outcome === 'granted'
    ? { kind: 'member', credentialId }
    : { kind: 'problem', problem: 'not-ours' };
}
