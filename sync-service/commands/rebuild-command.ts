import { parseArgs } from 'node:util';
import { rebuildProjections } from '../postgres/rebuild/rebuild-projections.ts';
import type { TableDifference } from '../postgres/rebuild/reconcile.ts';
import type { BaseCommand, CommandContext, ExitCode } from './base-command.ts';

const usage = `  rebuild            builds members, sales, credentials and all else that events say anew from the events, in one transaction:
                     all of it or nothing. Edges and staff wait meanwhile: better with the service stopped
    --check          only compares, beside a service that runs, and ends with 1 where something differs`;

const progressEvery = 10_000;

/** Projections from the raw events. */
export const rebuildCommand: BaseCommand = { usage, run };

async function run(
  args: readonly string[],
  { database, clock, say, tell }: CommandContext,
): Promise<ExitCode> {
  const { values } = parseArgs({ args: [...args], options: { check: { type: 'boolean', default: false } } });
  const { check } = values;
  const beganMs = clock.monotonicMs();
  let told = 0;
  const { events, reduced, differences, stuck } = await rebuildProjections(database, {
    check,
    nowMs: clock.wallMs(),
    progress: (count) => {
      if (count < told + progressEvery) return;
      told = count;
      tell(`${count} events`);
    },
  });
  const seconds = ((clock.monotonicMs() - beganMs) / 1_000).toFixed(1);
  for (const difference of differences) say(inWords(difference));
  for (const { edgeId, seq, reason } of stuck) {
    say(`event ${seq} of box ${edgeId} was taken in once and cannot be now: ${reason}`);
  }
  if (reduced > 0) {
    say(
      `${reduced} events are entries that lost their person when their time was over: which tickets they spent is left as it is.`,
    );
  }
  if (stuck.length > 0 && !check) tell('Nothing was changed: bring what these events need back first.');
  else if (differences.length === 0) say(`${events} events, ${seconds} s: every row is what they say.`);
  else
    say(
      `${events} events, ${seconds} s: ${check ? 'nothing was changed.' : 'every row is now what they say.'}`,
    );
  return stuck.length > 0 || (check && differences.length > 0) ? 1 : 0;
}

function inWords({ table, missing, extra, changed, columns, some }: TableDifference): string {
  const counts = [
    missing > 0 ? `${missing} missing` : '',
    extra > 0 ? `${extra} that no event tells` : '',
    changed > 0 ? `${changed} other in ${columns.join(', ')}` : '',
  ].filter((words) => words !== '');
  return `${table}: ${counts.join('; ')}; among them ${some.join(', ')}`;
}
