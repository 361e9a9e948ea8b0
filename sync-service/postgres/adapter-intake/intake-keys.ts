import { readIncoming } from '../../adapters/incoming-records.ts';
import type { IncomingChange } from '../../adapters/member-base-adapter.ts';
import type { Sql } from '../database.ts';
import { keysAtHand } from '../member-names.ts';
import { type IntakeBy, isForgotten, knownRow } from './intake.ts';
import { saysOtherNames } from './member-changes.ts';

/**
 * AD33: the keys under which names of these changes are sealed, fetched before a transaction begins. Of somebody new, as far as can
 * be seen, with the id that they get, which stays while the same page is tried again; of others where a name changes.
 */
export async function withKeys(
  sql: Sql,
  adapter: string,
  changes: readonly IncomingChange[],
  by: IntakeBy,
): Promise<IntakeBy> {
  const { newMemberIds } = by;
  const fresh = new Set<string>();
  const renamed = new Set<string>();
  for (const change of changes) {
    const { kind, theirId, revision, record, problem } = change;
    if (kind !== 'member' || record === null || problem !== undefined) continue;
    const read = readIncoming('member', record);
    if (!read.ok || read.value.erased === true) continue;
    const known = await knownRow({ sql, adapter }, 'member', change);
    if (!known) {
      const id = newMemberIds.get(theirId) ?? by.newId();
      newMemberIds.set(theirId, id);
      fresh.add(id);
      continue;
    }
    const { ourId } = known;
    if (known.revision !== null && known.revision === revision) continue;
    if (!(await isForgotten(sql, ourId)) && (await saysOtherNames(sql, ourId, read.value)))
      renamed.add(ourId);
  }
  return { ...by, keys: await keysAtHand(by.keys, [...fresh, ...renamed], by.nowMs) };
}
