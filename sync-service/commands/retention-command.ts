import { parseArgs } from 'node:util';
import { applyRetention } from '../postgres/retention.ts';
import type { BaseCommand, CommandContext, ExitCode } from './base-command.ts';

const usage = `  retention          ends what has been kept long enough (docs/privacy.md), as the base does once a day by itself;
                     without its bound of half an hour for events, and says how far it is
    --dry-run        only counts what would go`;

const progressEveryMs = 10_000;

/** How long what is kept (privacy/kept/SPEC.md). Keys of members who go are destroyed by the base in its next round. */
export const retentionCommand: BaseCommand = { usage, run };

async function run(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  const { values } = parseArgs({
    args: [...args],
    options: { 'dry-run': { type: 'boolean', default: false } },
  });
  const dryRun = values['dry-run'];
  const counts = (await applyRetention(context, { dryRun, onProgress: progressOf(context) })) ?? {};
  for (const [what, count] of Object.entries(counts)) context.say(`${what} ${count}`);
  context.tell(dryRun ? 'Nothing was changed.' : 'Done.');
  return 0;
}

/** The first round on a large base goes through all events of entries there are: how far it is, and for how long it goes on. */
function progressOf({ clock, tell }: CommandContext): (lookedThrough: number, ofAtMost: number) => void {
  let beganMs: number | null = null;
  let toldMs = 0;
  let before = 0;
  return (lookedThrough, ofAtMost) => {
    const nowMs = clock.monotonicMs();
    if (beganMs === null) {
      [beganMs, toldMs, before] = [nowMs, nowMs, lookedThrough];
      return;
    }
    if (nowMs - toldMs < progressEveryMs) return;
    toldMs = nowMs;
    const aSecond = ((lookedThrough - before) * 1_000) / (nowMs - beganMs);
    const minutes = Math.ceil((ofAtMost - lookedThrough) / Math.max(1, aSecond) / 60);
    tell(
      `events ${lookedThrough} of at most ${ofAtMost}, ${Math.round(aSecond)} a second, ${minutes} min at most to go`,
    );
  };
}
