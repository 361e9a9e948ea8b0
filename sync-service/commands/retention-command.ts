import { parseArgs } from 'node:util';
import { applyRetention } from '../postgres/retention.ts';
import type { BaseCommand, CommandContext, ExitCode } from './base-command.ts';

const usage = `  retention          ends what has been kept long enough (docs/privacy.md), as the base does once a day by itself
    --dry-run        only counts what would go`;

/** How long what is kept (privacy/kept/SPEC.md). Keys of members who go are destroyed by the base in its next round. */
export const retentionCommand: BaseCommand = { usage, run };

async function run(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  const { values } = parseArgs({
    args: [...args],
    options: { 'dry-run': { type: 'boolean', default: false } },
  });
  const dryRun = values['dry-run'];
  const counts = (await applyRetention(context, { dryRun })) ?? {};
  for (const [what, count] of Object.entries(counts)) context.say(`${what} ${count}`);
  context.tell(dryRun ? 'Nothing was changed.' : 'Done.');
  return 0;
}
