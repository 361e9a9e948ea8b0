import type { PrintBlock } from '@portillon/drivers/printer/printer.ts';
import type { PlaceFacts } from './document-facts.ts';
import { mark, practiceMarks } from './letterhead.ts';
import { twoBars } from './two-bars.ts';

const words = {
  fr: {
    guest: 'Invitation',
    use: 'Une entrée pour un ami, dans les 30 jours. À présenter au lecteur de l’entrée.',
  },
  en: {
    guest: 'Guest ticket',
    use: 'One entry for a friend, within 30 days. Show it to the reader at the entrance.',
  },
} as const;

/** A guest ticket, on a paper of its own so that it can be given away. */
export function guestTicketBlocks(
  facts: Pick<PlaceFacts, 'language' | 'clubName' | 'training'>,
  ticketText: string,
): readonly PrintBlock[] {
  const say = words[facts.language];
  return [
    { kind: 'logo', picture: twoBars },
    { kind: 'space', lines: 1 },
    mark(say.guest),
    { kind: 'text', text: facts.clubName, align: 'centre' },
    ...practiceMarks(facts),
    { kind: 'qr', data: ticketText },
    { kind: 'text', text: say.use, align: 'centre' },
  ];
}
