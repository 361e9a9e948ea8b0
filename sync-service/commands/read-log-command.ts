import { isId } from '@portillon/core/base/ids.ts';
import { readsOfMember } from '../postgres/person-reads.ts';
import type { BaseCommand } from './base-command.ts';

/** Who read the page of a member (ST8), for whoever answers for the base. */
export const readLogCommand: BaseCommand = {
  usage: '  read-log MEMBER-ID  who read what of this member, when and from where; the last 200',
  run: async (args, { database, say, tell }) => {
    const [memberId = ''] = args;
    if (args.length !== 1 || !isId(memberId)) {
      tell(readLogCommand.usage);
      return 2;
    }
    for (const { at, by, page, cameFrom } of await readsOfMember(database, memberId)) {
      say([at, by, page, cameFrom].join('\t'));
    }
    return 0;
  },
};
