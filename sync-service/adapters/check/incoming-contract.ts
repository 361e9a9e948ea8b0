import { readIncoming } from '../incoming-records.ts';
import type { IncomingChange, MemberBaseAdapter } from '../member-base-adapter.ts';
import { type AdapterCheck, NotChecked, said, sampleStory } from './adapter-check.ts';

type Changes = NonNullable<MemberBaseAdapter['changes']>;

/** What the other side says, as the base is to apply it. */
export const incomingChecks: readonly AdapterCheck[] = [
  {
    title: '[AD14] tells what changes there in words that the base understands, each under an id',
    async run({ adapter }) {
      if (!adapter.changes) throw new NotChecked('they tell no changes');
      const { changes } = await changesFrom(adapter.changes, null);
      if (changes.length === 0) throw new NotChecked('they tell no change');
      for (const { kind, theirId, ourId, record, problem } of changes) {
        if (theirId === '') return `a ${kind} has no id of theirs`;
        const read = problem === undefined && record !== null ? readIncoming(kind, record) : null;
        const flaw = problem ?? (read && !read.ok ? read.error : null);
        if (flaw !== null) return `${kind} ${theirId}: ${flaw}`;
        if (kind === 'club' && record && (record.clubId ?? ourId ?? null) === null)
          return `club ${theirId}: it is said nowhere which club of ours it is`;
      }
      return null;
    },
  },
  {
    title: '[AD15] tells our own word back as ours, and a change made there as theirs',
    async run(under, context) {
      const { adapter } = under;
      if (!adapter.changes) throw new NotChecked('they tell no changes');
      const { cursor } = await changesFrom(adapter.changes, null);
      for (const message of sampleStory(under, context)) {
        if (message.kind !== 'member' && message.kind !== 'membership') continue;
        const took = await adapter.deliver(message);
        if (took.is !== 'taken') return `${message.kind}: ${said(took)}`;
        const { changes: back } = await changesFrom(adapter.changes, cursor);
        const ofIt = (change: IncomingChange) =>
          change.kind === message.kind &&
          (change.ourId === message.record.id || (took.theirId !== null && change.theirId === took.theirId));
        const echo = back.find(ofIt);
        if (echo && echo.revision !== took.revision)
          return `a ${message.kind} comes back under another revision than the answer to it said`;
        if (!under.canChange.includes(message.kind)) continue;
        await under.changeThere?.(message);
        const { changes: after } = await changesFrom(adapter.changes, cursor);
        const changed = after.filter(ofIt).at(-1);
        if (!changed) return `somebody there changed a ${message.kind}, and nothing says so`;
        if (changed.revision === took.revision)
          return `a ${message.kind} that was changed there has the revision that it had before`;
      }
      return null;
    },
  },
];

/** All that follows a cursor, and where to go on. Throws with what is in the way. */
async function changesFrom(
  changes: Changes,
  from: string | null,
): Promise<{ changes: readonly IncomingChange[]; cursor: string | null }> {
  const all: IncomingChange[] = [];
  let cursor = from;
  for (let page = 0; page < 10_000; page++) {
    const outcome = await changes(cursor, 1_000);
    if (outcome.is !== 'page') throw new Error(`it says not now (${outcome.problem})`);
    all.push(...outcome.changes);
    cursor = outcome.cursor;
    if (!outcome.more) return { changes: all, cursor };
  }
  throw new Error('it never ends');
}
