import { isDeepStrictEqual } from 'node:util';
import type {
  IncomingChange,
  MemberBaseAdapter,
  OutgoingKind,
  OutgoingMessage,
} from '../member-base-adapter.ts';
import { type AdapterCheck, type AdapterUnderTest, NotChecked, said, sampleStory } from './adapter-check.ts';
import { incomingChecks } from './incoming-contract.ts';
import { sampleMessage, samplePerson } from './sample-messages.ts';

/** Time beyond its limit that an adapter may take to give up. */
const graceMs = 1_000;

export const adapterChecks: readonly AdapterCheck[] = [
  {
    title: '[AD1] takes every kind that it says it takes, and the other side holds it then',
    async run(under, context) {
      if (under.adapter.takes.length === 0) return 'it takes nothing';
      const story = sampleStory(under, context);
      for (const message of story) {
        const outcome = await under.adapter.deliver(message);
        if (outcome.is !== 'taken') return `${message.kind}: ${said(outcome)}`;
        if (under.canRead.includes(message.kind) && (await held(under, message)) === null) {
          return `${message.kind} was taken, and the other side holds nothing of it`;
        }
      }
      const unread = under.adapter.takes.filter((kind) => !under.canRead.includes(kind));
      if (unread.length > 0) throw new NotChecked(`what they hold of ${unread.join(', ')} cannot be read`);
      return null;
    },
  },
  {
    title: '[AD2] changes nothing when the same message comes again, also after a lost answer',
    async run(under, context) {
      for (const message of sampleStory(under, context)) {
        if (under.disturb) {
          await under.disturb('answer-lost');
          const lost = await under.adapter.deliver(message);
          await under.disturb(null);
          if (lost.is !== 'not-now') return `${message.kind}: the answer was lost, and it says ${said(lost)}`;
        }
        const first = await under.adapter.deliver(message);
        const before = under.canRead.includes(message.kind) ? await held(under, message) : null;
        const second = await under.adapter.deliver(message);
        if (first.is !== 'taken' || second.is !== 'taken')
          return `${message.kind}: ${said(first)}, ${said(second)}`;
        if (first.theirId !== second.theirId) return `${message.kind} became two records of theirs`;
        const after = under.canRead.includes(message.kind) ? await held(under, message) : null;
        if (!isDeepStrictEqual(before, after))
          return `${message.kind}: the second time changed what they hold`;
      }
      if (!under.disturb) throw new NotChecked('answers cannot be lost on purpose');
      return null;
    },
  },
  {
    title: '[AD3] keeps the higher version of a record when an older message comes late',
    async run(under, context) {
      const kind = (['membership', 'sale', 'member'] as const).find((each) => under.canRead.includes(each));
      if (!kind) throw new NotChecked('what they hold cannot be read');
      const story = sampleStory(under, context);
      const older = story.find((message) => message.kind === kind);
      if (!older) return `it does not take ${kind}`;
      for (const message of story) if (message !== older) await under.adapter.deliver(message);
      await under.adapter.deliver(older);
      const first = await held(under, older);
      const newer = sampleMessage.changed(older, context);
      const took = await under.adapter.deliver(newer);
      if (took.is !== 'taken') return `a change of a ${kind}: ${said(took)}`;
      const second = await held(under, newer);
      if (isDeepStrictEqual(first, second))
        return `a change of a ${kind} was taken, and they hold what they held`;
      const late = await under.adapter.deliver(older);
      if (late.is !== 'taken' && late.is !== 'theirs-stands') return `the late message: ${said(late)}`;
      return isDeepStrictEqual(second, await held(under, older))
        ? null
        : 'the late message replaced the newer one';
    },
  },
  ...(['down', 'slow', '500', '503', '429', 'garbage'] as const).map(
    (disturbance): AdapterCheck => ({
      title: `[AD4] says not now while the other side is: ${disturbance}, and delivers afterwards`,
      async run(under, context) {
        if (!under.disturb) throw new NotChecked('the other side cannot be disturbed');
        const [message] = sampleStory(under, context);
        if (!message) return 'it takes nothing';
        await under.disturb(disturbance);
        const beganMs = context.clock.monotonicMs();
        const outcome = await under.adapter.deliver(message).catch((error: Error) => error);
        const tookMs = context.clock.monotonicMs() - beganMs;
        const changes = await under.adapter.changes?.(null, 10).catch((error: Error) => error);
        await under.disturb(null);
        if (outcome instanceof Error || changes instanceof Error) return 'it throws';
        if (outcome.is !== 'not-now') return `it says ${said(outcome)}`;
        if (changes && changes.is !== 'not-now') return 'it read changes from that';
        if (disturbance === '429' && outcome.afterMs !== 7_000)
          return 'it passes over the Retry-After of 7 s';
        if (tookMs > under.adapter.answerLimitMs + graceMs) return `it took ${Math.round(tookMs)} ms`;
        const again = await under.adapter.deliver(message);
        return again.is === 'taken' ? null : `afterwards: ${said(again)}`;
      },
    }),
  ),
  {
    title: '[AD5] says what is refused, and nothing of a person in why',
    async run(under, context) {
      if (!under.disturb) throw new NotChecked('the other side cannot be disturbed');
      const problems: string[] = [];
      for (const disturbance of ['422', 'down', 'garbage'] as const) {
        const [message] = sampleStory(under, context);
        if (!message) return 'it takes nothing';
        await under.disturb(disturbance);
        const outcome = await under.adapter.deliver(message);
        await under.disturb(null);
        if (disturbance === '422' && outcome.is !== 'refused') return `to a 422 it says ${said(outcome)}`;
        if ('problem' in outcome) problems.push(outcome.problem);
      }
      const person = Object.values(samplePerson);
      return problems.some((problem) => person.some((part) => problem.includes(part)))
        ? 'a reason names the person'
        : null;
    },
  },
  {
    title: '[AD6] leaves a membership as they have changed it, and replaces a changed sale',
    async run(under, context) {
      const story = sampleStory(under, context);
      const checked: OutgoingKind[] = [];
      for (const message of story) {
        const took = await under.adapter.deliver(message);
        const isTheirs = message.kind === 'member' || message.kind === 'membership';
        if (!under.canRead.includes(message.kind) || !under.canChange.includes(message.kind)) continue;
        const ours = await held(under, message);
        await under.changeThere?.(message);
        const theirs = await held(under, message);
        if (isDeepStrictEqual(ours, theirs))
          return `somebody there changed a ${message.kind}, and nothing has changed`;
        const basedOn = took.is === 'taken' ? took.revision : null;
        const next = { ...sampleMessage.again(message, context), basedOn };
        const outcome = await under.adapter.deliver(next);
        const after = await held(under, message);
        checked.push(message.kind);
        if (isTheirs && outcome.is !== 'theirs-stands') return `${message.kind}: it says ${said(outcome)}`;
        if (isTheirs && !isDeepStrictEqual(after, theirs)) return `their change of a ${message.kind} is lost`;
        if (!isTheirs && outcome.is !== 'taken') return `${message.kind}: it says ${said(outcome)}`;
        if (!isTheirs && !isDeepStrictEqual(after, ours))
          return `a ${message.kind} is not what the till told`;
      }
      if (checked.length < 2)
        throw new NotChecked(`nothing can be changed at their side but: ${checked.join(', ') || 'nothing'}`);
      return null;
    },
  },
  {
    title: '[AD7] reads their changes by cursor: each once and in order, whatever the page',
    async run({ adapter }) {
      if (!adapter.changes) throw new NotChecked('they tell no changes');
      const large = await allChanges(adapter.changes, 1_000);
      const small = await allChanges(adapter.changes, 1);
      if (typeof large === 'string' || typeof small === 'string')
        return [large, small].find((each) => typeof each === 'string') as string;
      if (large.length < 2) throw new NotChecked('they tell fewer than two changes');
      if (!isDeepStrictEqual(large, small)) return 'pages of one tell something else than large ones';
      const twice = [await adapter.changes(null, 1), await adapter.changes(null, 1)];
      return isDeepStrictEqual(twice[0], twice[1]) ? null : 'the same cursor gives another page';
    },
  },
  ...incomingChecks,
  {
    // The last: it closes.
    title: '[AD8] says not now once it is closed, and may be closed again',
    async run(under, context) {
      const [message] = sampleStory(under, context);
      if (!message) return 'it takes nothing';
      await under.adapter.close();
      await under.adapter.close();
      const outcome = await under.adapter.deliver(message).catch((error: Error) => error);
      if (outcome instanceof Error) return 'it throws';
      return outcome.is === 'not-now' ? null : `it says ${said(outcome)}`;
    },
  },
];

async function held(under: AdapterUnderTest, message: OutgoingMessage): Promise<unknown> {
  if (!under.held) throw new NotChecked('what they hold cannot be read');
  return under.held(message);
}

async function allChanges(
  changes: NonNullable<MemberBaseAdapter['changes']>,
  most: number,
): Promise<readonly IncomingChange[] | string> {
  const all: IncomingChange[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < 10_000; page++) {
    const outcome = await changes(cursor, most);
    if (outcome.is !== 'page') return `it says not now (${outcome.problem})`;
    if (outcome.changes.length > most) return `a page of ${most} holds ${outcome.changes.length}`;
    all.push(...outcome.changes);
    if (!outcome.more) return all;
    if (outcome.cursor === cursor) return 'there is more, and the cursor does not go on';
    cursor = outcome.cursor;
  }
  return 'it never ends';
}
