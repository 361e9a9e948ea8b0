import { isId } from '@portillon/core/base/ids.ts';
import { endAdapter, listAdapters, listSetAside, resendDead } from '../postgres/adapter-outbox.ts';
import type { BaseCommand, CommandContext, ExitCode } from './base-command.ts';

const shownMost = 200;

const usage = `  adapter list       member bases of others: what waits for them, whether they answer, what was put aside
  adapter dead NAME  messages that were put aside, with the reason; those that theirs overruled too
  adapter resend NAME [MESSAGE]
                     tells what was put aside again: all, or one message
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
      `${each.name}  ${each.kinds.join(',')}  ${each.endedAt === null ? standing : `ended ${each.endedAt}`}  waiting ${each.waiting}${oldest}  overruled ${each.overruled}  put aside ${each.dead}`,
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

async function end(name: string, { database, say, tell }: CommandContext): Promise<ExitCode> {
  if (await endAdapter(database, name)) {
    say(`Nothing more is told to ${name}. Take --adapter away from every process, or it begins again.`);
    return 0;
  }
  tell('There is no such adapter: see adapter list.');
  return 1;
}
