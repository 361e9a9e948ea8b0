import type { PrintBlock } from '@portillon/drivers/printer/printer.ts';
import type { PlaceFacts } from './document-facts.ts';
import { mark, practiceMarks } from './letterhead.ts';
import { dateWords } from './payment-summary.ts';
import { twoBars } from './two-bars.ts';

const words = {
  fr: {
    membership: 'Invitation',
    bridge: 'Votre ticket de membre',
    bridgeUse: (end: string) =>
      `Il ouvre l’entrée à chaque visite, jusqu’au ${end}, ou jusqu’à ce que votre téléphone ait votre pass. Montrez-le alors à la borne. Ne le prêtez pas.`,
    'day-entry': 'Entrée à la journée',
    guestUse: 'Une entrée pour un ami, dans les 30 jours. À présenter au lecteur de l’entrée.',
    dayUse: (day: string) => `Une entrée, le ${day}. À présenter au lecteur de l’entrée.`,
  },
  en: {
    membership: 'Guest ticket',
    bridge: 'Your member’s ticket',
    bridgeUse: (end: string) =>
      `It opens the entrance at each visit, until ${end}, or until your phone has your pass. Show it to the kiosk then. Do not lend it.`,
    'day-entry': 'Day entry',
    guestUse: 'One entry for a friend, within 30 days. Show it to the reader at the entrance.',
    dayUse: (day: string) => `One entry, on ${day}. Show it to the reader at the entrance.`,
  },
} as const;

export interface TicketFacts extends Pick<PlaceFacts, 'language' | 'clubName' | 'timeZone' | 'training'> {
  /** With a membership tickets are for guests; a day entry is the ticket itself, and a member's stands in for the pass. */
  readonly product: 'membership' | 'day-entry' | 'bridge';
}

/** A ticket on a paper of its own, so that it can be given away or carried to the gate. */
export function ticketBlocks(
  facts: TicketFacts,
  { text, validToMs }: { readonly text: string; readonly validToMs: number },
): readonly PrintBlock[] {
  const { language, clubName, timeZone, product } = facts;
  const say = words[language];
  const day = dateWords(validToMs, timeZone, language);
  const use = { membership: say.guestUse, bridge: say.bridgeUse(day), 'day-entry': say.dayUse(day) }[product];
  return [
    { kind: 'logo', picture: twoBars },
    { kind: 'space', lines: 1 },
    mark(say[product]),
    { kind: 'text', text: clubName, align: 'centre' },
    ...practiceMarks(facts),
    { kind: 'qr', data: text },
    { kind: 'text', text: use, align: 'centre' },
  ];
}
