import { parseArgs } from 'node:util';
import { isId } from '@portillon/core/base/ids.ts';
import { listBoxes, revokeBox } from '../postgres/box-revocation.ts';
import type { BaseCommand, CommandContext, ExitCode } from './base-command.ts';
import { callerOf } from './caller.ts';
import { openBaseKeys } from './open-base-keys.ts';

const usage = `  box list           every box that was ever enrolled, a line each, parted by tabs: club, last contact, whether it was revoked, why
  box revoke ID --reason TEXT
                     for good: the base refuses it from now on, and every other box believes nothing that it has signed
    --keys FOLDER    where base-keys.json lies, when not in the state folder`;

const reasonLimit = 200;

/** Boxes, and how one is put out of use (core/wire/SPEC.md, Revocation). */
export const boxCommand: BaseCommand = { usage, run };

async function run(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { reason: { type: 'string' }, keys: { type: 'string' } },
  });
  const [act, edgeId, ...more] = positionals;
  if (act === 'list' && edgeId === undefined && Object.keys(values).length === 0) return list(context);
  const reason = values.reason?.trim() ?? '';
  if (act !== 'revoke' || edgeId === undefined || more.length > 0 || reason === '') {
    context.tell(usage);
    return 2;
  }
  if (reason.length > reasonLimit) {
    context.tell(`A reason has ${reasonLimit} characters at most.`);
    return 2;
  }
  return revoke({ edgeId, reason, keyFolder: values.keys ?? null }, context);
}

async function list({ database, say }: CommandContext): Promise<ExitCode> {
  const line = (cells: readonly (string | null)[]) => say(cells.map((cell) => cell ?? '').join('\t'));
  const times = ['enrolled', 'last contact', 'revoked', 'by', 'reason'];
  line(['club', 'box', 'status', 'issues cards', 'software', ...times]);
  for (const box of await listBoxes(database)) {
    const { club, edgeId, status, issuesCards, software, enrolledAt, lastContactAt } = box;
    const ended = [box.revokedAt, box.by, box.reason];
    line([club, edgeId, status, issuesCards ? 'yes' : 'no', software, enrolledAt, lastContactAt, ...ended]);
  }
  return 0;
}

async function revoke(
  { edgeId, reason, keyFolder }: { edgeId: string; reason: string; keyFolder: string | null },
  context: CommandContext,
): Promise<ExitCode> {
  const { database, environment, clock, say, tell } = context;
  const { keys } = await openBaseKeys(context, keyFolder, 'The key of the network signs what boxes are told');
  const why = { at: clock.wallMs(), by: callerOf(environment), reason };
  const done = isId(edgeId) ? await revokeBox(database, edgeId, why, keys.network.privateKey) : null;
  if (done === null) {
    tell(`There is no box ${edgeId}: see box list.`);
    return 1;
  }
  const { at, by, reason: first } = done.revocation;
  say(
    done.isNew
      ? `Box ${edgeId} is refused from now on, and every other box is told.`
      : `Box ${edgeId} was revoked before: ${at}, ${by}: ${first}`,
  );
  return 0;
}
