import { type Clock, isoTime } from '@portillon/core/base/clock.ts';
import { type CredentialId, type MemberId, newId } from '@portillon/core/base/ids.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { consentWordingDigest } from '@portillon/core/sale/consent-wording-digest.ts';
import { type ConsentPurpose, consentWordingVersion } from '@portillon/core/sale/consent-wordings.ts';
import type { DataRequest, EventBody } from '@portillon/core/wire/event.ts';
import type { ConsentsAnswer } from '@portillon/core/wire/messages.ts';
import type { PrivacyPart, ScreenMessage } from '../../bridge/messages.ts';
import type { Language, Screen } from '../../bridge/view.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import type { MessageOutcome } from '../bridge-server.ts';
import { consentsKnown } from './consents-known.ts';
import type { KioskStage } from './kiosk-stage.ts';
import { maySay, privacyScreen } from './privacy-screens.ts';

/** What the base knows of the consents of a credential's member; null where it does not answer. */
export type AskConsents = (credentialId: CredentialId) => Promise<ConsentsAnswer['consents'] | null>;

type PrivacyStage = Extract<KioskStage, { name: 'privacy' }>;

export interface PrivacyVisitOptions {
  readonly store: EdgeStore;
  readonly askConsents: AskConsents;
  readonly isOnline: () => boolean;
  /** What the box calls itself. */
  readonly boxName: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly stage: () => KioskStage;
  readonly show: (stage: KioskStage) => void;
  readonly language: () => Language;
  readonly timeZone: () => string;
  readonly onEvent: () => void;
}

/** J7 with a card in hand: what was said yes or no to, and what is asked of one's data. Keeps nothing of its own (I8). */
export class PrivacyVisit {
  readonly #options: PrivacyVisitOptions;

  constructor(options: PrivacyVisitOptions) {
    this.#options = options;
  }

  handle(
    message: Extract<ScreenMessage, { type: 'open-privacy' | 'say-consent' | 'request-data' }>,
  ): Promise<MessageOutcome> {
    switch (message.type) {
      case 'open-privacy':
        return this.#open(message.part);
      case 'say-consent':
        return this.#sayConsent(message.purpose, message.given);
      case 'request-data':
        return this.#requestData(message.asks);
    }
  }

  screen(stage: PrivacyStage): Screen {
    const { clock, timeZone, isOnline } = this.#options;
    // Blocked or forgotten by the base while they stand here.
    if (this.#memberId(stage.credentialId) === null) {
      return { name: 'present-card', problem: 'not-known-here' };
    }
    return privacyScreen(stage, {
      nowMs: clock.wallMs(),
      timeZone: timeZone(),
      isOnline: isOnline(),
    });
  }

  /** Back from a part is to the overview, from there to the account. Null where there is nothing to go back from. */
  back(stage: KioskStage): KioskStage | null {
    if (stage.name !== 'privacy') return null;
    if (stage.part !== 'overview') return { ...stage, part: 'overview', noted: null };
    return { name: 'member', credentialId: stage.credentialId, part: 'account' };
  }

  async #open(part: PrivacyPart): Promise<MessageOutcome> {
    const { stage, show } = this.#options;
    const from = stage();
    if (from.name === 'privacy' && this.#memberId(from.credentialId) !== null) {
      show({ ...from, part, noted: null });
      return { outcome: 'done' };
    }
    if (from.name !== 'member' || from.part !== 'account' || part !== 'overview') return { outcome: 'stale' };
    const { credentialId } = from;
    const memberId = this.#memberId(credentialId);
    if (memberId === null) return { outcome: 'stale' };
    const [told, saidHere] = await Promise.all([
      this.#options.askConsents(credentialId),
      this.#options.store.outbox.saidBy(memberId),
    ]);
    // Nobody waits for an answer that comes when the visit is over.
    if (stage() !== from) return { outcome: 'stale' };
    show({
      name: 'privacy',
      credentialId,
      part,
      consents: consentsKnown(told, saidHere),
      partly: told === null,
      noted: null,
      requested: [],
    });
    return { outcome: 'done' };
  }

  /** SA101: only what the screen of that purpose offers. */
  async #sayConsent(purpose: ConsentPurpose, given: boolean): Promise<MessageOutcome> {
    const { clock, random, language, stage, show } = this.#options;
    const from = stage();
    const memberId = from.name === 'privacy' ? this.#memberId(from.credentialId) : null;
    if (from.name !== 'privacy' || from.part !== purpose || memberId === null) return { outcome: 'stale' };
    const may = maySay(purpose, from);
    if (!(given ? may.yes : may.no)) return { outcome: 'stale' };
    const spoken = language();
    // The words are on the screen where yes and no stand beside each other.
    const digest = may.yes ? consentWordingDigest(purpose, consentWordingVersion, spoken) : null;
    const event = {
      type: 'consent.answered' as const,
      answerId: newId<'consent'>(clock, random),
      at: isoTime(clock.wallMs()),
      memberId,
      credentialId: from.credentialId,
      purpose,
      act: given ? ('given' as const) : digest === null ? ('withdrawn' as const) : ('not-given' as const),
      language: spoken,
      wording: digest === null ? null : { version: consentWordingVersion, digest },
    };
    await this.#tell(event);
    const consents = consentsKnown(null, [event]);
    const others = from.consents.filter((known) => known.purpose !== purpose);
    show({ ...from, part: 'overview', consents: [...others, ...consents], noted: purpose });
    return { outcome: 'done' };
  }

  /** SA102. */
  async #requestData(asks: DataRequest): Promise<MessageOutcome> {
    const { clock, random, boxName, stage, show } = this.#options;
    const from = stage();
    const memberId = from.name === 'privacy' ? this.#memberId(from.credentialId) : null;
    if (from.name !== 'privacy' || from.part !== asks || memberId === null) return { outcome: 'stale' };
    if (from.requested.includes(asks)) return { outcome: 'stale' };
    await this.#tell({
      type: 'data.requested',
      requestId: newId<'erasure-request'>(clock, random),
      at: isoTime(clock.wallMs()),
      memberId,
      credentialId: from.credentialId,
      asks,
      box: boxName.slice(0, 60),
    });
    show({ ...from, requested: [...from.requested, asks] });
    return { outcome: 'done' };
  }

  /** SA103. */
  async #tell(event: EventBody): Promise<void> {
    const { store, log, onEvent } = this.#options;
    await store.write((tx) => store.outbox.appendEvent(tx, event));
    log.info('kiosk.data-said', { type: event.type });
    onEvent();
  }

  #memberId(credentialId: CredentialId): MemberId | null {
    const record = this.#options.store.book.credential(credentialId);
    return record?.status === 'active' ? (record.memberId as MemberId | null) : null;
  }
}
