import type { SyncAgent } from '@portillon/sync-service/agent/sync-agent.ts';
import type { AskConsents } from './privacy-visit.ts';

/** Asks the base what a member said (W-CONSENT-2). Nobody is kept waiting for a base that is known to be away. */
export function askFrom(agent: Pick<SyncAgent, 'askConsents' | 'state'>): AskConsents {
  return async (credentialId) => {
    if (!agent.state.online) return null;
    const told = await agent.askConsents(credentialId);
    return told.ok ? told.value.consents : null;
  };
}
