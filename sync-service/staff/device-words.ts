import type { Language } from './words.ts';

/** The words of the devices: what staff did to them on the spot. */
export interface DeviceWords {
  readonly devices: string;
  readonly lead: string;
  readonly loading: string;
  readonly noAnswer: string;
  readonly none: string;
  readonly dispenser: string;
  readonly by: (name: string) => string;
  readonly somebody: string;
  readonly cause: (code: string) => string;
  readonly noCause: string;
  readonly outcome: Readonly<Record<'ready' | 'not-ready', string>>;
  readonly filled: (cards: number) => string;
  readonly emptied: (cards: number) => string;
  readonly takenByHand: (cards: number) => string;
  readonly tally: string;
  readonly bin: (cards: number) => string;
  readonly path: (cards: number) => string;
}

const plural = (count: number, one: string, more: string) => `${count} ${Math.abs(count) === 1 ? one : more}`;
const signed = (count: number) => (count > 0 ? `+${count}` : `−${Math.abs(count)}`);

export const deviceWords: Readonly<Record<Language, DeviceWords>> = {
  fr: {
    devices: 'Appareils',
    lead: 'Ce que le personnel a fait sur place aux distributeurs de cartes. Il présente sa carte à la borne, qui le guide pas à pas.',
    loading: 'Lecture des interventions…',
    noAnswer: 'La base ne répond pas. Réessayez dans un instant.',
    none: 'Aucune intervention n’a encore été signalée.',
    dispenser: 'Distributeur de cartes',
    by: (name) => `par ${name}`,
    somebody: 'une carte du personnel inconnue de la base',
    cause: (code) => `Motif : ${code}`,
    noCause: 'Sans panne',
    outcome: { ready: 'en service', 'not-ready': 'pas en service' },
    filled: (cards) => plural(cards, 'carte mise', 'cartes mises'),
    emptied: (cards) => `bac vidé : ${plural(cards, 'carte', 'cartes')}`,
    takenByHand: (cards) => plural(cards, 'carte retirée à la main', 'cartes retirées à la main'),
    tally: 'Le compte est bon.',
    bin: (cards) => `Bac : ${signed(cards)} par rapport au compte de la borne.`,
    path: (cards) => `Cartes sorties et remises : ${signed(cards)}.`,
  },
  en: {
    devices: 'Devices',
    lead: 'What staff did to the card dispensers on the spot. They hold their card to the kiosk, which leads them step by step.',
    loading: 'Reading the interventions…',
    noAnswer: 'The base does not answer. Try again in a moment.',
    none: 'No intervention has been reported yet.',
    dispenser: 'Card dispenser',
    by: (name) => `by ${name}`,
    somebody: 'a staff card that the base does not know',
    cause: (code) => `Cause: ${code}`,
    noCause: 'No fault',
    outcome: { ready: 'at work', 'not-ready': 'not at work' },
    filled: (cards) => `${plural(cards, 'card', 'cards')} put in`,
    emptied: (cards) => `bin emptied: ${plural(cards, 'card', 'cards')}`,
    takenByHand: (cards) => `${plural(cards, 'card', 'cards')} taken out by hand`,
    tally: 'The count is right.',
    bin: (cards) => `Bin: ${signed(cards)} against the count of the kiosk.`,
    path: (cards) => `Cards fed and handed over: ${signed(cards)}.`,
  },
};
