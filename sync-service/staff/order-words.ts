import type { OrderKind } from '@portillon/core/wire/messages.ts';
import type { FoundSale, ShownOrderStatus } from '../http/staff/order-view.ts';
import type { Language } from './words.ts';

/** The words of the orders: what a kiosk is told to do for a customer who brings a code. */
export interface OrderWords {
  readonly orders: string;
  readonly lead: string;
  readonly saleReference: string;
  readonly find: string;
  readonly nothingFound: (reference: string) => string;
  readonly noAnswer: string;
  readonly loading: string;
  readonly forCase: string;
  readonly sale: string;
  readonly columns: Readonly<Record<'line' | 'paid' | 'givenBack' | 'now', string>>;
  readonly total: string;
  readonly refund: string;
  readonly backNow: (label: string) => string;
  readonly endsMembership: string;
  readonly reason: string;
  readonly reasonHint: string;
  readonly giveOrder: string;
  readonly notAnAmount: string;
  readonly reasonTooShort: string;
  readonly notGiven: string;
  readonly refused: string;
  readonly noRefund: Readonly<Record<NonNullable<FoundSale['noRefund']>, string>>;
  readonly otherCard: string;
  readonly cardLead: string;
  readonly noCard: string;
  readonly cardOrderOpen: string;
  readonly cardBlocked: string;
  readonly kiosk: string;
  readonly kioskOf: (club: string, since: string) => string;
  readonly noKiosk: string;
  readonly free: string;
  readonly fee: (amount: string) => string;
  readonly codeTitle: string;
  readonly codeLead: (club: string, until: string) => string;
  readonly codeOnce: string;
  readonly done: string;
  readonly open: string;
  readonly noneOpen: string;
  readonly over: string;
  readonly noneOver: string;
  readonly cancel: string;
  readonly cancelThis: string;
  readonly keep: string;
  readonly cancelQuestion: string;
  readonly until: (time: string) => string;
  readonly by: (name: string, time: string) => string;
  readonly kinds: Readonly<Record<OrderKind, string>>;
  readonly statuses: Readonly<Record<ShownOrderStatus, string>>;
}

export const orderWords: Readonly<Record<Language, OrderWords>> = {
  fr: {
    orders: 'Ordres',
    lead: 'Un ordre dit à la borne de rembourser une vente ou de refaire une carte. Le client vient avec son code.',
    saleReference: 'Référence de la vente',
    find: 'Chercher',
    nothingFound: (reference) => `Aucune vente ne porte la référence ${reference}.`,
    noAnswer: 'La base ne répond pas. Réessayez dans un instant.',
    loading: 'Lecture des ordres…',
    forCase: 'L’ordre réglera le cas dont vous venez.',
    sale: 'Vente',
    columns: { line: 'Ligne', paid: 'Payé', givenBack: 'Déjà rendu', now: 'À rendre' },
    total: 'Total',
    refund: 'Rembourser',
    backNow: (label) => `À rendre pour ${label}, en euros`,
    endsMembership: 'Terminer l’abonnement et bloquer ses cartes',
    reason: 'Pourquoi',
    reasonHint: 'De 3 à 300 caractères. Le client ne les voit pas.',
    giveOrder: 'Donner l’ordre',
    notAnAmount: 'Écrivez des montants comme 12,50, sans dépasser ce qui reste.',
    reasonTooShort: 'Écrivez pourquoi, en 3 caractères au moins.',
    notGiven: 'La base ne répond pas : aucun ordre n’est donné. Réessayez dans un instant.',
    refused: 'La base a refusé l’ordre : la vente ou la carte a changé. Cherchez-la de nouveau.',
    noRefund: {
      cancelled: 'La vente a été annulée aussitôt : l’argent est déjà rendu.',
      'nothing-left': 'Tout a été rendu.',
      'no-record':
        'La vente n’est pas dans le journal fiscal d’une borne : elle ne peut pas être remboursée ici.',
      'box-gone': 'La borne qui a fait la vente n’est plus en service : remboursez autrement.',
      'order-open': 'Un ordre de remboursement attend déjà le client.',
      'in-doubt': 'Un remboursement précédent est incertain : réglez d’abord son cas.',
    },
    otherCard: 'Refaire la carte',
    cardLead: 'L’ancienne carte est refusée partout dès que l’ordre est donné, et le reste.',
    noCard: 'Le membre n’a pas de carte.',
    cardOrderOpen: 'Un ordre pour une carte attend déjà le client.',
    cardBlocked: 'Sa carte est déjà bloquée.',
    kiosk: 'Borne',
    kioskOf: (club, since) => `${club}, en service depuis le ${since}`,
    noKiosk: 'Aucune borne n’est en service.',
    free: 'Sans frais pour le client',
    fee: (amount) => `Le client paie ${amount} à la borne.`,
    codeTitle: 'Code pour le client',
    codeLead: (club, until) => `À taper à la borne de ${club}, au plus tard le ${until}.`,
    codeOnce: 'Il n’est montré qu’une fois. Notez-le ou lisez-le au client.',
    done: 'C’est noté',
    open: 'En attente du client',
    noneOpen: 'Aucun ordre en attente.',
    over: 'Terminés',
    noneOver: 'Aucun ordre terminé.',
    cancel: 'Annuler',
    cancelThis: 'Annuler cet ordre',
    keep: 'Garder',
    cancelQuestion: 'Le code ne vaudra plus rien. Une carte bloquée le reste.',
    until: (time) => `jusqu’au ${time}`,
    by: (name, time) => `par ${name}, ${time}`,
    kinds: {
      refund: 'Remboursement',
      'card-replacement': 'Nouvelle carte',
      collection: 'Retrait d’un achat en ligne',
    },
    statuses: {
      open: 'En attente',
      collected: 'Fait à la borne',
      cancelled: 'Annulé',
      'in-doubt': 'Incertain : voir le cas',
      expired: 'Trop tard',
    },
  },
  en: {
    orders: 'Orders',
    lead: 'An order tells the kiosk to refund a sale or to make a new card. The customer comes with its code.',
    saleReference: 'Reference of the sale',
    find: 'Find',
    nothingFound: (reference) => `No sale has the reference ${reference}.`,
    noAnswer: 'The base does not answer. Try again in a moment.',
    loading: 'Reading the orders…',
    forCase: 'The order will settle the case you came from.',
    sale: 'Sale',
    columns: { line: 'Line', paid: 'Paid', givenBack: 'Given back', now: 'To give back' },
    total: 'Total',
    refund: 'Refund',
    backNow: (label) => `To give back for ${label}, in euros`,
    endsMembership: 'End the membership and block its cards',
    reason: 'Why',
    reasonHint: '3 to 300 characters. The customer does not see them.',
    giveOrder: 'Give the order',
    notAnAmount: 'Write amounts like 12.50, no more than what is left.',
    reasonTooShort: 'Write why, in 3 characters or more.',
    notGiven: 'The base does not answer: no order was given. Try again in a moment.',
    refused: 'The base refused the order: the sale or the card has changed. Find it again.',
    noRefund: {
      cancelled: 'The sale was undone at once: the money is back already.',
      'nothing-left': 'All of it was given back.',
      'no-record': 'The sale is not in the fiscal journal of a kiosk: it cannot be refunded here.',
      'box-gone': 'The kiosk that made the sale is no longer in use: refund in another way.',
      'order-open': 'An order to refund it waits for the customer already.',
      'in-doubt': 'An earlier refund is in doubt: settle its case first.',
    },
    otherCard: 'Make a new card',
    cardLead: 'The old card is refused everywhere from the moment the order is given, and stays so.',
    noCard: 'The member has no card.',
    cardOrderOpen: 'An order for a card waits for the customer already.',
    cardBlocked: 'The card is blocked already.',
    kiosk: 'Kiosk',
    kioskOf: (club, since) => `${club}, in use since ${since}`,
    noKiosk: 'No kiosk is in use.',
    free: 'Free of charge for the customer',
    fee: (amount) => `The customer pays ${amount} at the kiosk.`,
    codeTitle: 'Code for the customer',
    codeLead: (club, until) => `To be typed at the kiosk of ${club}, by ${until}.`,
    codeOnce: 'It is shown only once. Write it down or read it to the customer.',
    done: 'Noted',
    open: 'Waiting for the customer',
    noneOpen: 'No order is waiting.',
    over: 'Over',
    noneOver: 'No order is over.',
    cancel: 'Cancel',
    cancelThis: 'Cancel this order',
    keep: 'Keep it',
    cancelQuestion: 'The code will be worth nothing. A blocked card stays blocked.',
    until: (time) => `until ${time}`,
    by: (name, time) => `by ${name}, ${time}`,
    kinds: { refund: 'Refund', 'card-replacement': 'New card', collection: 'Online purchase to collect' },
    statuses: {
      open: 'Waiting',
      collected: 'Done at the kiosk',
      cancelled: 'Cancelled',
      'in-doubt': 'In doubt: see the case',
      expired: 'Too late',
    },
  },
};
