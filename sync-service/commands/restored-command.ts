import { beginEpoch } from '../postgres/epoch.ts';
import type { BaseCommand, CommandContext, ExitCode } from './base-command.ts';

const usage = `  restored           to be called once after the base was brought back from a backup: it begins a new epoch, every box sends
                     again what the backup does not hold and reads the feed anew`;

/** A base that was restored says so. */
export const restoredCommand: BaseCommand = { usage, run };

async function run(
  args: readonly string[],
  { database, clock, say, tell }: CommandContext,
): Promise<ExitCode> {
  if (args.length > 0) {
    tell(usage);
    return 2;
  }
  const begun = await database.transaction(async (sql) => {
    const [meta] = await sql.query<{ epoch: number }>('select epoch from meta for update');
    return meta ? beginEpoch(sql, meta.epoch, { why: 'told' }, clock.wallMs()) : null;
  });
  if (begun === null) {
    tell('This base has never run.');
    return 1;
  }
  say(`Epoch ${begun.epoch} has begun. Boxes send again what is missing as soon as they reach the base.`);
  return 0;
}
