import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import type { Sql } from '../postgres/database.ts';
import type { CardMasterKeys } from './base-keys.ts';

/** By version, what tells one pair of keys from another and tells nothing of them: they are 256 bits drawn by lot. */
export function cardKeyMarks({ versions }: CardMasterKeys): Record<string, string> {
  const mark = (read: string, write: string) =>
    sha256Hex(`portillon-card-keys-1 ${read} ${write}`).slice(0, 32);
  return Object.fromEntries(versions.map(({ version, read, write }) => [String(version), mark(read, write)]));
}

/**
 * Holds the card keys of this process against those that the base knows, and keeps which ones are in use. A version after
 * all known ones is new, one before ours that is missing here was retired. Rejects, with what to do, where this folder is an
 * older copy, or where another process has other keys under the same version: its cards could not be read here.
 */
export async function agreeOnCardKeys(sql: Sql, card: CardMasterKeys): Promise<void> {
  const [meta] = await sql.query<{ card_keys: Record<string, string> }>(
    'select card_keys from meta for update',
  );
  const known = meta?.card_keys ?? {};
  const ours = cardKeyMarks(card);
  const newest = (marks: Record<string, string>) => Math.max(0, ...Object.keys(marks).map(Number));
  const other = Object.keys(ours).find((version) =>
    known[version] === undefined ? Number(version) < newest(known) : known[version] !== ours[version],
  );
  const flaw =
    other !== undefined
      ? `version ${other} of the card keys in this folder is not that of this member base, or was retired`
      : newest(ours) < newest(known)
        ? `this folder does not hold version ${newest(known)} of the card keys`
        : null;
  if (flaw !== null) throw new Error(`${flaw}: bring base-keys.json from a process that has all of them`);
  await sql.query('update meta set card_keys = $1', [JSON.stringify(ours)]);
}
