import { type Clock, isoTime } from '@portillon/core/base/clock.ts';
import { type CredentialId, type MemberId, newId } from '@portillon/core/base/ids.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { seal } from '@portillon/core/crypto/seal.ts';
import { consentWordingDigest } from '@portillon/core/sale/consent-wording-digest.ts';
import { type ConsentPurpose, consentWordingVersion } from '@portillon/core/sale/consent-wordings.ts';
import type { DataRequest, EventBody, EventOf } from '@portillon/core/wire/event.ts';
import type { ConsentsAnswer } from '@portillon/core/wire/messages.ts';
import { checkJpeg } from '@portillon/drivers/camera/photo-check.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import type { PrivacyPart, ScreenMessage } from '../../bridge/messages.ts';
import type { Language, Screen } from '../../bridge/view.ts';
import type { Tx } from '../../store/connection.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import type { MessageOutcome } from '../bridge-server.ts';
import { consentsKnown } from './consents-known.ts';
import type { KioskStage } from './kiosk-stage.ts';
import { maySay, privacyScreen } from './privacy-screens.ts';

/** What the base knows of the consents of a credential's member; null where it does not answer. */
export type AskConsents = (credentialId: CredentialId) => Promise<ConsentsAnswer['consents'] | null>;

type PrivacyStage = Extract<KioskStage, { name: 'privacy' }>;
type GivenPhoto = Extract<ScreenMessage, { type: 'give-photo' }>['photo'];

interface TakenPhoto {
  /** JPEG, for the book of this box. */
  readonly photo: Uint8Array;
  /** To the key of the base. */
  readonly sealed: Uint8Array;
  readonly digest: string;
}

export interface PrivacyVisitOptions {
  readonly store: EdgeStore;
  readonly askConsents: AskConsents;
  readonly identity: () => EdgeIdentity | null;
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

  /** Back from the camera is to the question, from a part to the overview, from there to the account. Null where there is nothing to go back from. */
  back(stage: KioskStage): KioskStage | null {
    if (stage.name !== 'privacy') return null;
    if (stage.photoAgreed) return { ...stage, photoAgreed: null };
    if (stage.part !== 'overview') return { ...stage, part: 'overview', noted: null };
    return { name: 'member', credentialId: stage.credentialId, part: 'account' };
  }

  async #open(part: PrivacyPart): Promise<MessageOutcome> {
    const { stage, show } = this.#options;
    const from = stage();
    if (from.name === 'privacy' && this.#memberId(from.credentialId) !== null) {
      show({ ...from, part, noted: null, photoAgreed: null });
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
      photoAgreed: null,
    });
    return { outcome: 'done' };
  }

  /** SA101: only what the screen of that purpose offers. */
  async #sayConsent(purpose: ConsentPurpose, given: boolean): Promise<MessageOutcome> {
    const { language, stage, show } = this.#options;
    const from = stage();
    const memberId = from.name === 'privacy' ? this.#memberId(from.credentialId) : null;
    if (from.name !== 'privacy' || from.photoAgreed || from.part !== purpose || memberId === null)
      return { outcome: 'stale' };
    const may = maySay(purpose, from);
    if (!(given ? may.yes : may.no)) return { outcome: 'stale' };
    if (purpose === 'photo' && given) {
      show({ ...from, noted: null, photoAgreed: { language: language(), isUnreadable: false } });
      return { outcome: 'done' };
    }
    const spoken = language();
    await this.#answer(from, memberId, {
      purpose,
      // The words are on the screen where yes and no stand beside each other.
      act: given ? 'given' : may.yes ? 'not-given' : 'withdrawn',
      language: spoken,
      wording: may.yes ? wordsAsked(purpose, spoken) : null,
    });
    return { outcome: 'done' };
  }

  /** SA104: until the photo is kept nothing is written, and then all of it at once. */
  async keepPhoto(given: GivenPhoto): Promise<MessageOutcome> {
    const { identity, log, stage, show } = this.#options;
    const from = stage();
    const known = identity();
    const memberId = from.name === 'privacy' ? this.#memberId(from.credentialId) : null;
    if (from.name !== 'privacy' || !from.photoAgreed || memberId === null || !known) {
      return { outcome: 'stale' };
    }
    if (given.kind !== 'taken') return { outcome: 'stale' };
    const { language } = from.photoAgreed;
    const photo = Uint8Array.from(Buffer.from(given.jpegBase64, 'base64'));
    const checked = checkJpeg(photo);
    if (!checked.ok) {
      log.warn('kiosk.photo-unreadable', { detail: checked.error });
      show({ ...from, photoAgreed: { language, isUnreadable: true } });
      return { outcome: 'done' };
    }
    const sealed = await seal(known.sealKey, 'photo', photo);
    const said = {
      purpose: 'photo',
      act: 'given',
      language,
      wording: wordsAsked('photo', language),
    } as const;
    await this.#answer(from, memberId, said, { photo, sealed, digest: sha256Hex(sealed) });
    return { outcome: 'done' };
  }

  /** SA103. One transaction: the answer, the photo that goes with it, and what staff of this club are shown of it. */
  async #answer(
    from: PrivacyStage,
    memberId: MemberId,
    said: Pick<EventOf<'consent.answered'>, 'purpose' | 'act' | 'language' | 'wording'>,
    taken: TakenPhoto | null = null,
  ): Promise<void> {
    const { store, clock, random } = this.#options;
    const event = {
      type: 'consent.answered' as const,
      answerId: newId<'consent'>(clock, random),
      at: isoTime(clock.wallMs()),
      memberId,
      credentialId: from.credentialId,
      ...said,
      ...(taken ? { photoDigest: taken.digest } : {}),
    };
    await this.#tell(event, async (tx, seq) => {
      if (taken) {
        await store.attachments.putAttachment(tx, taken.digest, taken.sealed, seq);
        await store.people?.showUntilToBase(tx, memberId, taken.digest, taken.photo);
      } else if (said.purpose === 'photo') {
        await store.people?.forgetPhoto(tx, memberId);
      }
    });
    const consents = [
      ...from.consents.filter((known) => known.purpose !== said.purpose),
      ...consentsKnown(null, [event]),
    ];
    this.#goOn(from, { ...from, part: 'overview', consents, noted: said.purpose, photoAgreed: null });
  }

  /** SA102. */
  async #requestData(asks: DataRequest): Promise<MessageOutcome> {
    const { clock, random, boxName, stage } = this.#options;
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
    this.#goOn(from, { ...from, requested: [...from.requested, asks] });
    return { outcome: 'done' };
  }

  /** A slow disk outlasts a visit: what is written by then shows whoever comes next nothing of it (I8). */
  #goOn(from: PrivacyStage, next: PrivacyStage): void {
    const { stage, show } = this.#options;
    if (stage() === from) show(next);
  }

  /** SA103. `beside` is written in the same transaction. */
  async #tell(
    event: EventBody,
    beside: (tx: Tx, seq: number) => Promise<void> = async () => undefined,
  ): Promise<void> {
    const { store, log, onEvent } = this.#options;
    await store.write(async (tx) => {
      const { seq } = await store.outbox.appendEvent(tx, event);
      await beside(tx, seq);
    });
    log.info('kiosk.data-said', { type: event.type });
    onEvent();
  }

  #memberId(credentialId: CredentialId): MemberId | null {
    const record = this.#options.store.book.credential(credentialId);
    return record?.status === 'active' ? (record.memberId as MemberId | null) : null;
  }
}

function wordsAsked(purpose: ConsentPurpose, language: Language): { version: string; digest: string } {
  const digest = consentWordingDigest(purpose, consentWordingVersion, language);
  invariant(digest, 'what is asked on a screen is a wording that is known');
  return { version: consentWordingVersion, digest };
}
