import { isId, newId } from '@portillon/core/base/ids.ts';
import { endAdapter, isInUse } from '../postgres/adapter-intake/end-adapter.ts';
import { countBlocks, type EndOfBlocks, endsOfBlocks } from '../postgres/adapter-intake/end-of-blocks.ts';
import { readAgain } from '../postgres/adapter-intake/intake-state.ts';
import { listParked, wantParked } from '../postgres/adapter-intake/parked.ts';
import { listAdapters, listSetAside, resendDead } from '../postgres/adapter-outbox.ts';
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
  adapter end NAME   counts whom it keeps out, and does nothing
  adapter end NAME --blocks keep|lift
                     queues and takes nothing more, and drops what waits. keep: they stay out until staff let each in; lift: they
                     come in again, but for whom it has deleted`;

/** Adapters to member bases of others (adapters/SPEC.md). */
export const adapterCommand: BaseCommand = { usage, run };

async function run(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  const [act, name, messageId, ...more] = args;
  if (act === 'end' && name !== undefined && messageId === '--blocks' && more.length === 1) {
    const how = endsOfBlocks.find((each) => each === more[0]);
    if (how) return end(name, how, context);
  }
  if (act === 'list' && name === undefined) return list(context);
  if (name !== undefined && more.length === 0) {
    if (act === 'dead' && messageId === undefined) return dead(name, context);
    if (act === 'resend' && (messageId === undefined || isId(messageId))) {
      return resend(name, messageId ?? null, context);
    }
    if (act === 'parked' && messageId === undefined) return parked(name, context);
    if (act === 'retry' && messageId === undefined) return retry(name, context);
    if (act === 'reread' && messageId === undefined) return reread(name, context);
    if (act === 'end' && messageId === undefined) return countWhoIsOut(name, context);
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

async function countWhoIsOut(
  name: string,
  { database, clock, say, tell }: CommandContext,
): Promise<ExitCode> {
  if (!(await isInUse(database, name))) {
    tell('There is no such adapter, or it has ended: see adapter list.');
    return 1;
  }
  const { members, deleted, cards, badges } = await countBlocks(database, name, clock.wallMs());
  say(
    `${name} keeps out: ${members} members  ${deleted} members that it has deleted  ${cards} cards  ${badges} badges`,
  );
  say('Nothing is ended. adapter end with --blocks keep: all stay out, and staff let in each by hand.');
  say(
    `--blocks lift: ${members} members and ${cards} cards open again; whom it has deleted, and its badges, stay.`,
  );
  return 0;
}

async function end(name: string, how: EndOfBlocks, context: CommandContext): Promise<ExitCode> {
  const { database, clock, random, say, tell } = context;
  const by = { nowMs: clock.wallMs(), newId: () => newId(clock, random) };
  if (await endAdapter(database, name, how, by)) {
    say(`Nothing more is told to ${name}. Take --adapter away from every process, or it begins again.`);
    return 0;
  }
  tell('There is no such adapter, or it has ended: see adapter list.');
  return 1;
}
