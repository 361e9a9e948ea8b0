import { type ConsentPurpose, consentPurposes } from '@portillon/core/sale/consent-wordings.ts';
import { dayAMonthLater } from '@portillon/core/sale/membership-term.ts';
import { dataRequests } from '@portillon/core/wire/event.ts';
import type { ConsentShown, Screen } from '../../bridge/view.ts';
import { localDay } from '../documents/payment-summary.ts';
import type { KioskStage } from './kiosk-stage.ts';

type PrivacyStage = Extract<KioskStage, { name: 'privacy' }>;

interface Around {
  readonly nowMs: number;
  readonly timeZone: string;
  readonly isOnline: boolean;
}

/** What a member is shown of what they said, and of what can be asked. Pure. */
export function privacyScreen(stage: PrivacyStage, { nowMs, timeZone, isOnline }: Around): Screen {
  const { part, noted, requested, partly, photoAgreed } = stage;
  if (part === 'photo' && photoAgreed) {
    return {
      name: 'own-photo',
      problems: photoAgreed.isUnreadable ? [{ field: 'photo', problem: 'unreadable' }] : [],
    };
  }
  const purpose = consentPurposes.find((each) => each === part);
  if (purpose) {
    const words = knownOf(purpose, stage)?.words ?? null;
    return {
      name: 'consent',
      consent: shownOf(purpose, stage, timeZone),
      words: words && [...words],
      canSay: maySay(purpose, stage),
    };
  }
  const asks = dataRequests.find((each) => each === part);
  if (asks) {
    return {
      name: 'data-request',
      asks,
      phase: requested.includes(asks) ? 'sent' : 'asking',
      answerBy: dayAMonthLater(nowMs, timeZone),
      offline: !isOnline,
    };
  }
  return {
    name: 'privacy',
    consents: consentPurposes.map((each) => shownOf(each, stage, timeZone)),
    noted,
    requested: [...requested],
    partly,
  };
}

/** SA101. */
export function maySay(
  purpose: ConsentPurpose,
  stage: Pick<PrivacyStage, 'consents' | 'partly'>,
): { readonly yes: boolean; readonly no: boolean } {
  const state = stateOf(purpose, stage);
  return {
    yes: state !== 'given',
    no: state === 'given' || state === 'not-known',
  };
}

function shownOf(purpose: ConsentPurpose, stage: PrivacyStage, timeZone: string): ConsentShown {
  const known = knownOf(purpose, stage);
  return {
    purpose,
    state: stateOf(purpose, stage),
    since: known ? localDay(known.atMs, timeZone) : null,
  };
}

function stateOf(
  purpose: ConsentPurpose,
  stage: Pick<PrivacyStage, 'consents' | 'partly'>,
): ConsentShown['state'] {
  return knownOf(purpose, stage)?.act ?? (stage.partly ? 'not-known' : 'never-asked');
}

function knownOf(purpose: ConsentPurpose, { consents }: Pick<PrivacyStage, 'consents'>) {
  return consents.find((known) => known.purpose === purpose);
}
