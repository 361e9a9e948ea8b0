import { isId } from '@portillon/core/base/ids.ts';
import { readAgain } from '../postgres/adapter-intake/intake-state.ts';
import { listParked, wantParked } from '../postgres/adapter-intake/parked.ts';
import { endAdapter, listAdapters, listSetAside, resendDead } from '../postgres/adapter-outbox.ts';
import type { BaseCommand, CommandContext, ExitCode } from './base-command.ts';

const shownMost = 200;

const usage = `  adapter list       member bases of others: what waits for them, whether they answer, what was put aside; how far theirs is read
  adapter dead NAME  messages that were put aside, with the reason; those that theirs overruled too
  adapter resend NAME [MESSAGE]
                     tells what was put aside again: all, or one message
  adapter parked NAME
                     changes of theirs that could not be applied, with the reason
  adapter retry NAME tries them again
  adapter reread NAME
                     reads all of theirs once more from the beginning
  adapter end NAME   queues nothing more for it, and drops what waits`;

/** Adapters to member bases of others (adapters/SPEC.md). */
export const adapterCommand: BaseCommand = { usage, run };

async function run(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  const [act, name, messageId, ...more] = args;
  if (act === 'list' && name === undefined) return list(context);
  if (name !== undefined && more.length === 0) {
    if (act === 'dead' && messageId === undefined) return dead(name, context);
    if (act === 'resend' && (messageId === undefined || isId(messageId))) {
      return resend(name, messageId ?? null, context);
    }
    if (act === 'parked' && messageId === undefined) return parked(name, context);
    if (act === 'retry' && messageId === undefined) return retry(name, context);
    if (act === 'reread' && messageId === undefined) return reread(name, context);
    if (act === 'end' && messageId === undefined) return end(name, context);
  }
  context.tell(usage);
  return 2;
}

async function list({ database, say, tell }: CommandContext): Promise<ExitCode> {
  const adapters = await listAdapters(database);
  if (adapters.length === 0) tell('There is no adapter: sync-service --adapter FILE starts one.');
  for (const each of adapters) {
    const oldest = each.oldestAt === null ? '' : ` since ${each.oldestAt}`;
    const standing =
      each.failures === 0 ? 'answers' : `does not answer (${each.problem}), next at ${each.pausedUntil}`;
    say(
      `${each.name}  ${each.kinds.join(',')}  ${each.endedAt === null ? standing : `ended ${each.endedAt}`}  waiting ${each.waiting}${oldest}  overruled ${each.overruled}  put aside ${each.dead}${each.dropped === 0 ? '' : `  passages dropped ${each.dropped}`}`,
    );
    const { intake } = each;
    if (!intake) continue;
    const reads = intake.failures === 0 ? '' : `  not read (${intake.problem})`;
    say(
      `${each.name}  from them  applied ${intake.applied}  read ${intake.readAt ?? 'never'}${reads}  put aside ${intake.parked}`,
    );
  }
  return 0;
}

async function dead(name: string, { database, say }: CommandContext): Promise<ExitCode> {
  for (const each of await listSetAside(database, name, shownMost)) {
    const why = each.state === 'overruled' ? 'theirs stands' : each.problem;
    say(`${each.messageId}  ${each.kind} ${each.rowId}  ${each.settledAt}  ${why}`);
  }
  return 0;
}

async function resend(
  name: string,
  messageId: string | null,
  { database, say, tell }: CommandContext,
): Promise<ExitCode> {
  const count = await resendDead(database, name, messageId);
  if (count === 0) {
    tell('Nothing such was put aside: see adapter dead.');
    return 1;
  }
  say(`${count} to be told again.`);
  return 0;
}

async function parked(name: string, { database, say }: CommandContext): Promise<ExitCode> {
  for (const each of await listParked(database, name, shownMost)) {
    say(`${each.kind} ${each.theirId}  ${each.parkedAt}  ${each.problem}`);
  }
  return 0;
}

async function retry(name: string, { database, say, tell }: CommandContext): Promise<ExitCode> {
  const count = await wantParked(database, name);
  if (count === 0) {
    tell(
      'Nothing of theirs that could be tried again: see adapter parked. What could not be read needs adapter reread.',
    );
    return 1;
  }
  say(`${count} to be tried again, by the process that reads.`);
  return 0;
}

async function reread(name: string, { database, say, tell }: CommandContext): Promise<ExitCode> {
  if (await readAgain(database, name)) {
    say(`All that ${name} tells is read once more.`);
    return 0;
  }
  tell('Nothing is read from such an adapter: see adapter list.');
  return 1;
}

async function end(name: string, { database, say, tell }: CommandContext): Promise<ExitCode> {
  if (await endAdapter(database, name)) {
    say(`Nothing more is told to ${name}. Take --adapter away from every process, or it begins again.`);
    return 0;
  }
  tell('There is no such adapter: see adapter list.');
  return 1;
}
