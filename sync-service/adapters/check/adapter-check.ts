import type { Clock } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import type { Random } from '@portillon/core/base/random.ts';
import type {
  DeliveryOutcome,
  MemberBaseAdapter,
  OutgoingKind,
  OutgoingMessage,
} from '../member-base-adapter.ts';
import type { Disturbance } from './disturbing-proxy.ts';
import { sampleMessage } from './sample-messages.ts';

/** An adapter with what it takes to look at the other side. What is left out cannot be checked, and the report says so. */
export interface AdapterUnderTest {
  readonly adapter: MemberBaseAdapter;
  /** Ids that the other side can make something of. */
  readonly clubId: string;
  readonly planId: string;
  /** What the other side holds of the record of this message, by whatever names; null for nothing. Without what says when or how often. */
  readonly held?: (message: OutgoingMessage) => Promise<unknown>;
  /** Somebody at the other side changes it. */
  readonly changeThere?: (message: OutgoingMessage) => Promise<void>;
  /** Kinds for which `held` works, and `changeThere`. */
  readonly canRead: readonly OutgoingKind[];
  readonly canChange: readonly OutgoingKind[];
  /** Lets the other side look broken until called with null. */
  readonly disturb?: (disturbance: Disturbance | null) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface CheckContext {
  readonly clock: Clock;
  readonly random: Random;
}

export interface AdapterCheck {
  /** With the number of its rule. */
  readonly title: string;
  /** Null when it holds; else what does not. Throws `NotChecked` where the adapter gives no way to look. */
  readonly run: (under: AdapterUnderTest, context: CheckContext) => Promise<string | null>;
}

export class NotChecked extends Error {}

/** A member, what they hold, what they paid, and how many are inside: of the kinds that the adapter takes. */
export function sampleStory(under: AdapterUnderTest, context: CheckContext): readonly OutgoingMessage[] {
  const memberId = newId<'member'>(context.clock, context.random);
  return under.adapter.takes.map((kind) => sampleMessage.fresh(kind, memberId, under, context));
}

export function said(outcome: DeliveryOutcome): string {
  return 'problem' in outcome ? `${outcome.is} (${outcome.problem})` : outcome.is;
}
