import { deviceMarks } from '@portillon/core/wire/messages.ts';
import { listDevices, listTerminals } from '../postgres/terminals.ts';
import type { BaseCommand, CommandContext, ExitCode } from './base-command.ts';

const usage = `  device list        devices of all boxes in use: how they stand and what they are, a line each, parted by tabs
  device terminals   payment terminals by seller and club, with those that stood there before: what an inspection asks for`;

/** What devices there are (core/wire/SPEC.md, Devices). The first line names the columns, for a spreadsheet. */
export const deviceCommand: BaseCommand = { usage, run };

async function run([act, ...more]: readonly string[], context: CommandContext): Promise<ExitCode> {
  const line = (cells: readonly (string | null | undefined)[]) =>
    context.say(cells.map((cell) => cell ?? '').join('\t'));
  if (act === 'list' && more.length === 0) {
    line(['club', 'box', 'device', 'status', 'fault', ...deviceMarks, 'by configuration']);
    for (const { club, edgeId, name, status, fault, about } of await listDevices(context.database)) {
      const marks = deviceMarks.map((mark) => about?.[mark]);
      line([club, edgeId, name, status, fault, ...marks, about?.configured?.join(',')]);
    }
    return 0;
  }
  if (act === 'terminals' && more.length === 0) {
    line([
      'seller',
      'siret',
      'club',
      'box',
      ...deviceMarks,
      'by configuration',
      'since',
      'last told',
      'past',
    ]);
    for (const each of await listTerminals(context.database)) {
      const { seller, siret, club, edgeId, about, since, toldAt, isPast } = each;
      const marks = deviceMarks.map((mark) => about[mark]);
      const times = [since, toldAt, isPast ? 'past' : 'there'];
      line([seller, siret, club, edgeId, ...marks, about.configured?.join(','), ...times]);
    }
    return 0;
  }
  context.tell(usage);
  return 2;
}
