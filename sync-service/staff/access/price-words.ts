import type { PriceLevel } from '@portillon/core/sale/price-rule.ts';
import type { ClubPrices } from '../../http/staff/price-view.ts';
import type { Language } from '../words.ts';

type Kind = ClubPrices['plans'][number]['kind'];

/** Every word of the page of prices. */
export interface PriceWords {
  readonly prices: string;
  readonly lead: (day: string, timeZone: string) => string;
  /** SA97: since when the first of them is not heard. */
  readonly unheard: (boxes: number, since: string) => string;
  readonly columns: Readonly<Record<'plan' | 'today' | 'fee' | 'coming', string>>;
  readonly per: (kind: Kind, months: number | null) => string;
  readonly from: (day: string) => string;
  readonly fee: (amount: string) => string;
  readonly noComing: string;
  readonly setOne: string;
  readonly setHint: string;
  readonly plan: string;
  readonly level: string;
  readonly levels: (legalEntity: string) => Readonly<Record<PriceLevel, string>>;
  readonly firstDay: string;
  readonly firstDayHint: string;
  readonly price: string;
  readonly joiningFee: string;
  readonly giveUp: string;
  readonly save: string;
  readonly saved: string;
  readonly notAPrice: (field: string) => string;
  readonly notADay: string;
  readonly list: string;
  readonly none: string;
  readonly givenUp: string;
  readonly setBy: (who: string, when: string) => string;
  readonly asBaseBegan: (when: string) => string;
  readonly withdraw: string;
  readonly withdrawOf: (what: string) => string;
  readonly withdrawn: (who: string, when: string) => string;
  readonly toCome: string;
  readonly refusals: Readonly<Record<string, string>>;
}

export const priceWords: Readonly<Record<Language, PriceWords>> = {
  fr: {
    prices: 'Prix',
    lead: (day, timeZone) =>
      `Ce que coûtent les formules dans ce club le ${day} (${timeZone}). Les bornes changent de prix à minuit, même hors ligne.`,
    unheard: (boxes, since) =>
      `${boxes === 1 ? 'Un boîtier de ce club n’a pas encore appris' : `${boxes} boîtiers de ce club n’ont pas encore appris`} ce qui a été fixé ou retiré en dernier : hors ligne depuis le ${since}. Une borne coupée encaisse le prix qu’elle connaît ; chaque différence devient un cas à régler.`,
    columns: { plan: 'Formule', today: 'Aujourd’hui', fee: 'Frais d’adhésion', coming: 'À venir' },
    per: (kind, months) =>
      kind === 'day-entry' ? 'l’entrée' : kind === 'prepaid' ? `pour ${months} mois` : 'par mois',
    from: (day) => `À partir du ${day}`,
    fee: (amount) => `frais ${amount}`,
    noComing: 'Rien de prévu',
    setOne: 'Fixer un prix',
    setHint:
      'Le prix du club passe avant celui de sa société, et celui-ci avant celui du réseau. Un prix ne se modifie pas : un autre le remplace.',
    plan: 'Formule',
    level: 'Pour',
    levels: (legalEntity) => ({
      club: 'Ce club',
      'legal-entity': `Tous les clubs de ${legalEntity}`,
      network: 'Tout le réseau',
    }),
    firstDay: 'Premier jour',
    firstDayHint: 'Dès minuit, à l’heure de chaque club.',
    price: 'Prix en euros',
    joiningFee: 'Frais d’adhésion en euros',
    giveUp: 'Revenir au prix du niveau au-dessus',
    save: 'Fixer le prix',
    saved: 'Enregistré. Les bornes en ligne l’apprennent dans un instant.',
    notAPrice: (field) => `${field} : un montant de 0 à 10 000, comme 29,90.`,
    notADay: 'Premier jour : une date.',
    list: 'Prix fixés',
    none: 'Aucun prix n’a été fixé : chaque formule coûte ce qui y est inscrit.',
    givenUp: 'Prix du niveau au-dessus',
    setBy: (who, when) => `${who}, le ${when}`,
    asBaseBegan: (when) => `À la création de la base, le ${when}`,
    withdraw: 'Retirer',
    withdrawOf: (what) => `Retirer : ${what}`,
    withdrawn: (who, when) => `Retiré par ${who}, le ${when}`,
    toCome: 'À venir',
    refusals: {
      'price.in-the-past':
        'Ce jour est passé dans un des clubs concernés. Un prix commence aujourd’hui ou plus tard.',
      'price.begun': 'Ce prix a déjà commencé : il ne se retire plus. Fixez-en un autre.',
      'price.withdrawn': 'Ce prix vient d’être retiré.',
      'price.not-yours': 'Votre compte ne voit pas tous les clubs que ce prix concerne.',
      'price.mastered-elsewhere':
        'Le prix de cette formule vient de l’autre système de membres : changez-le là-bas.',
      'price.malformed':
        'Ce prix n’est pas possible : une entrée à la journée n’est pas gratuite, et le jour est de ce siècle.',
    },
  },
  en: {
    prices: 'Prices',
    lead: (day, timeZone) =>
      `What plans cost in this club on ${day} (${timeZone}). Kiosks change over at midnight, also cut off from the network.`,
    unheard: (boxes, since) =>
      `${boxes === 1 ? 'One box of this club has' : `${boxes} boxes of this club have`} not heard yet what was last set or withdrawn: offline since ${since}. A kiosk that is cut off charges the price it knows; each difference becomes a case.`,
    columns: { plan: 'Plan', today: 'Today', fee: 'Joining fee', coming: 'To come' },
    per: (kind, months) =>
      kind === 'day-entry'
        ? 'an entry'
        : kind === 'prepaid'
          ? months === 1
            ? 'for 1 month'
            : `for ${months} months`
          : 'a month',
    from: (day) => `From ${day}`,
    fee: (amount) => `fee ${amount}`,
    noComing: 'Nothing planned',
    setOne: 'Set a price',
    setHint:
      'The price of the club comes before that of its company, and that before the network’s. A price is never changed: another one takes its place.',
    plan: 'Plan',
    level: 'For',
    levels: (legalEntity) => ({
      club: 'This club',
      'legal-entity': `All clubs of ${legalEntity}`,
      network: 'The whole network',
    }),
    firstDay: 'First day',
    firstDayHint: 'From midnight, by the clock of each club.',
    price: 'Price in euros',
    joiningFee: 'Joining fee in euros',
    giveUp: 'Back to the price of the level above',
    save: 'Set the price',
    saved: 'Saved. Kiosks that are online hear of it in a moment.',
    notAPrice: (field) => `${field}: an amount from 0 to 10,000, such as 29.90.`,
    notADay: 'First day: a date.',
    list: 'Prices that were set',
    none: 'No price was set: each plan costs what stands in it.',
    givenUp: 'Price of the level above',
    setBy: (who, when) => `${who}, ${when}`,
    asBaseBegan: (when) => `As the base began, ${when}`,
    withdraw: 'Withdraw',
    withdrawOf: (what) => `Withdraw: ${what}`,
    withdrawn: (who, when) => `Withdrawn by ${who}, ${when}`,
    toCome: 'To come',
    refusals: {
      'price.in-the-past': 'That day is past in one of the clubs concerned. A price begins today or later.',
      'price.begun': 'This price has begun: it is not withdrawn any more. Set another one.',
      'price.withdrawn': 'This price has just been withdrawn.',
      'price.not-yours': 'Your account does not see all clubs that this price concerns.',
      'price.mastered-elsewhere': 'The other member system says what this plan costs: change it there.',
      'price.malformed':
        'This price is not possible: a day entry is not free, and the day is of this century.',
    },
  },
};
