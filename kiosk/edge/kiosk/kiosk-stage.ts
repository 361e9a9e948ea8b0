import type { CredentialId } from '@portillon/core/base/ids.ts';
import type { ConsentPurpose } from '@portillon/core/sale/consent-wordings.ts';
import type { QuestionState } from '@portillon/core/sale/questions.ts';
import type { DataRequest } from '@portillon/core/wire/event.ts';
import type { PrivacyPart } from '../../bridge/messages.ts';
import type { Language, Screen } from '../../bridge/view.ts';
import type { AccountScreenName } from './account-screens.ts';
import type { ConsentKnown } from './consents-known.ts';
import { type PassHolder, passHolderOf } from './enrol-pass.ts';
import type { CardProblem } from './member-desk.ts';
import type { ReadyOrder } from './order-desk.ts';
import type { SaleInProgress } from './sale-in-progress.ts';
import type { SaleProgress } from './sale-runner.ts';
import { type TimeLimit, timeLimits } from './time-limits.ts';

/** What has become of the copy of the contract. */
export type CopyOnScreen = Extract<Screen, { name: 'receipt' }>['contractCopy'];

type Trouble = Omit<Extract<Screen, { name: 'trouble' }>, 'slip'>;

/** Where the visit is. One at a time; `attract` when nobody is here. */
export type KioskStage =
  | { readonly name: 'attract' }
  | { readonly name: 'doors' | 'day-entry' }
  | { readonly name: 'present-card'; readonly problem: CardProblem | null }
  | { readonly name: 'member'; readonly credentialId: CredentialId; readonly part: AccountScreenName }
  /** A member looks at what they said, and at what can be asked (SA100). Gone with the visit. */
  | {
      readonly name: 'privacy';
      readonly credentialId: CredentialId;
      readonly part: PrivacyPart;
      readonly consents: readonly ConsentKnown[];
      /** The base did not answer: what was said elsewhere is not known. */
      readonly partly: boolean;
      readonly noted: ConsentPurpose | null;
      readonly requested: readonly DataRequest[];
      /** Yes was said to a photo, in that language, and it is being taken; nothing of it is kept yet. */
      readonly photoAgreed: { readonly language: Language; readonly isUnreadable: boolean } | null;
    }
  | {
      readonly name: 'code';
      readonly problem: Extract<Screen, { name: 'code' }>['problem'];
      readonly triesLeft: number;
    }
  /** Looked for again by its hash when it is confirmed: meanwhile staff may have cancelled it. */
  | { readonly name: 'order'; readonly ready: ReadyOrder; readonly codeHash: string }
  | { readonly name: 'questions'; readonly questions: QuestionState }
  | {
      readonly name: 'sale';
      readonly sale: SaleInProgress;
      readonly progress: SaleProgress;
      readonly sinceMs: number;
    }
  | {
      readonly name: 'receipt';
      readonly sale: SaleInProgress;
      readonly phase: 'asking' | 'printing' | 'printed' | 'failed' | 'unknown';
      /** The electronic note; null when it could not be made. */
      readonly note: string | null;
      readonly contractCopy: CopyOnScreen;
    }
  | { readonly name: 'welcome'; readonly sale: SaleInProgress; readonly ticketsPrinted: boolean }
  | {
      readonly name: 'pass';
      readonly holder: PassHolder;
      /** Where it was asked for, and where it ends. */
      readonly from: Extract<KioskStage, { readonly name: 'welcome' | 'member' }> | TicketStage;
      /** What a phone with a network opens (PS16), and the pass that it will have then. */
      readonly link: { readonly text: string; readonly passCredentialId: CredentialId };
      /** What the phone reads; null until it has shown its key. */
      readonly grantCode: string | null;
      readonly notRead: boolean;
    }
  | { readonly name: 'trouble'; readonly trouble: Trouble }
  /** Staff at the card dispenser. */
  | { readonly name: 'repair'; readonly screen: Extract<Screen, { name: 'repair' }> }
  /** Staff, who see who came in. */
  | { readonly name: 'came-in'; readonly screen: Extract<Screen, { name: 'came-in' }> };

/** A member's ticket is on the screen (SA80). */
export type TicketStage = Extract<KioskStage, { readonly name: 'sale' }>;

export function isShowingTicket(stage: KioskStage): stage is TicketStage {
  return stage.name === 'sale' && stage.progress.name === 'showing-ticket';
}

const warningSeconds = 30;

/** Seconds at the mouth after which the screen warns: 30 before the card is taken back, or at half a time shorter than 60. */
export function forgottenSoonAfter(takeCardSeconds: number): number {
  return Math.max(takeCardSeconds - warningSeconds, takeCardSeconds / 2);
}

export function timeLimitOf(stage: KioskStage): TimeLimit | null {
  switch (stage.name) {
    case 'attract':
      return null;
    case 'doors':
    case 'day-entry':
    case 'present-card':
    case 'member':
    case 'code':
    case 'order':
      return timeLimits.question;
    case 'privacy':
      return timeLimits.reading;
    case 'questions':
      if (stage.questions.at === 'minor') return timeLimits.minor;
      return ['iban', 'contract', 'mandate', 'consents', 'photo', 'sign'].includes(stage.questions.at)
        ? timeLimits.reading
        : timeLimits.question;
    case 'sale':
      if (stage.progress.name === 'showing-ticket') return timeLimits['showing-ticket'];
      return stage.progress.name === 'not-paid' ? timeLimits['not-paid'] : null;
    case 'receipt':
      return isPrinting(stage) ? null : timeLimits.receipt;
    case 'welcome':
      if (stage.sale.product === 'day-entry' || (!stage.ticketsPrinted && stage.sale.tickets.length > 0)) {
        return timeLimits['welcome-tickets'];
      }
      return passHolderOf(stage.sale) ? timeLimits['welcome-pass'] : timeLimits.welcome;
    case 'pass':
      return timeLimits.phone;
    case 'trouble':
      return timeLimits.trouble;
    case 'repair':
      return stage.screen.phase === 'asking' ? null : timeLimits.repair;
    case 'came-in':
      return timeLimits['came-in'];
  }
}

/** The printer is at work for what the customer asked for, or has just put it out: nothing to choose meanwhile. */
export function isPrinting({ phase, contractCopy }: Extract<KioskStage, { name: 'receipt' }>): boolean {
  return phase === 'printing' || phase === 'printed' || contractCopy === 'printing';
}
