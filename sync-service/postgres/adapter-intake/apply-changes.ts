import { readIncoming } from '../../adapters/incoming-records.ts';
import type { IncomingChange } from '../../adapters/member-base-adapter.ts';
import { KeyDamaged } from '../../keys/member-keys.ts';
import type { Sql } from '../database.ts';
import { findPossibleDuplicates } from '../possible-duplicates.ts';
import { applyClub } from './club-changes.ts';
import { applyBlock, applyCredential } from './credential-changes.ts';
import {
  type Intake,
  type IntakeBy,
  type KnownRow,
  knownRow,
  NotApplied,
  newIntake,
  rememberRow,
} from './intake.ts';
import { applyMember } from './member-changes.ts';
import { applyMembership, saidOf } from './membership-changes.ts';
import { park } from './parked.ts';
import { applyPlan } from './plan-changes.ts';
import { tellEdges } from './tell-edges.ts';

/** What they say is about something that is on its way to them: who is meant is known once that is settled (AD26). */
export class NotYet extends Error {}

/** Applies changes in their order, and tells every edge in the end. Rejects with `NotYet`, and nothing is done. */
export async function applyChanges(
  sql: Sql,
  adapter: string,
  changes: readonly IncomingChange[],
  by: IntakeBy,
): Promise<void> {
  if (changes.length === 0) return;
  const intake = newIntake(sql, adapter, by);
  // Nobody is told what they have said themselves.
  await sql.query("select set_config('portillon.from_adapter', $1, true)", [adapter]);
  for (const change of changes) await applyOrPark(intake, change);
  await sql.query("select set_config('portillon.from_adapter', '', true)");
  await findPossibleDuplicates(sql, [...intake.newMembers], by.nowMs, by.newId);
  await tellEdges(intake);
}

/** What is wrong with a value, or with the key of one member, and not with the base: classes 22 and 23 of PostgreSQL. */
function problemOf(error: unknown): NotApplied | null {
  if (error instanceof NotApplied) return error;
  // PV63: it spoils the name of its own member, and holds up nobody.
  if (error instanceof KeyDamaged) return new NotApplied(error.message);
  const { code, constraint } = error as { readonly code?: unknown; readonly constraint?: string };
  if (typeof code !== 'string' || !/^2[23]/.test(code)) return null;
  return new NotApplied(`the base does not take it: ${constraint ?? code}`);
}

async function applyOrPark(intake: Intake, change: IncomingChange): Promise<void> {
  const { sql, adapter } = intake;
  await sql.query('savepoint change');
  try {
    await apply(intake, change);
    await sql.query('release savepoint change');
  } catch (error) {
    const problem = problemOf(error);
    if (!problem) throw error;
    await sql.query('rollback to savepoint change');
    await park(intake, change, problem);
    return;
  }
  await sql.query('delete from adapter_parked where adapter = $1 and kind = $2 and their_id = $3', [
    adapter,
    change.kind,
    change.theirId,
  ]);
}

async function apply(intake: Intake, change: IncomingChange): Promise<void> {
  const { kind, record } = change;
  if (change.problem !== undefined) throw new NotApplied(change.problem);
  const known = kind === 'block' ? null : await knownRow(intake, kind, change);
  if (known && known.revision !== null && known.revision === change.revision) {
    return echo(intake, change, known);
  }
  if (!known) await waitForAnswer(intake, change);
  switch (kind) {
    case 'club':
      await applyClub(intake, change, record && understood('club', record), known);
      break;
    case 'plan':
      await applyPlan(intake, change, record, known);
      break;
    case 'member':
      await applyMember(intake, change, record && understood('member', record), known);
      break;
    case 'membership':
      await applyMembership(intake, change, record && understood('membership', record), known);
      break;
    case 'credential':
      await applyCredential(intake, change, record && understood('credential', record), known);
      break;
    case 'block':
      await applyBlock(intake, change, record && understood('block', record));
  }
  if (!known) await tryAgainWhatWaited(intake, change);
}

function understood<Kind extends Parameters<typeof readIncoming>[0]>(
  kind: Kind,
  record: Readonly<Record<string, unknown>>,
) {
  const read = readIncoming(kind, record);
  if (!read.ok) throw new NotApplied(read.error);
  return read.value;
}

/** What we have told them, or they have told us, comes back: of a membership it is their last word from now on. */
async function echo(intake: Intake, change: IncomingChange, known: KnownRow): Promise<void> {
  if (change.kind !== 'membership' || change.record === null) return;
  const read = readIncoming('membership', change.record);
  if (!read.ok) return;
  const said = await saidOf(intake, read.value, undefined).catch((error: unknown) => {
    if (error instanceof NotApplied) return null;
    throw error;
  });
  await rememberRow(intake, 'membership', known.ourId, change, { made: known.made, said });
}

async function waitForAnswer({ sql, adapter }: Intake, { kind, ourId }: IncomingChange): Promise<void> {
  if (ourId !== undefined || (kind !== 'member' && kind !== 'membership')) return;
  const asked = await sql.query(
    `select 1 from adapter_outbox as message
      where adapter = $1 and kind = $2 and state = 'waiting'
        and (leased_until > now() or (problem is not null and (first_failed_at is null or first_failed_at > now() - interval '1 minute')))
        and not exists (select 1 from adapter_ids
                         where adapter_ids.adapter = message.adapter and adapter_ids.kind = message.kind
                           and our_id = row_id and their_id is not null) limit 1`,
    [adapter, kind],
  );
  if (asked.length > 0) throw new NotYet(`an answer about a ${kind} is on its way`);
}

async function tryAgainWhatWaited(
  { sql, adapter }: Intake,
  { kind, theirId }: IncomingChange,
): Promise<void> {
  await sql.query(
    `update adapter_parked set retry = true
      where adapter = $1 and (waits_for = $2 or ($3 = 'membership' and waits_for like 'membership of %'))`,
    [adapter, `${kind} ${theirId}`, kind],
  );
}
