import type { NotClosed } from './closing-requests.ts';
import type { Language } from './words.ts';

/** The words of the closings: a day of a club over all its tills, signed off. */
export interface ClosingWords {
  readonly closings: string;
  readonly lead: string;
  readonly club: string;
  readonly day: string;
  readonly loading: string;
  readonly noAnswer: string;
  readonly nothing: string;
  readonly tills: string;
  readonly columns: Readonly<
    Record<'till' | 'no' | 'signature' | 'sales' | 'refunds' | 'cancelled' | 'total', string>
  >;
  readonly total: string;
  readonly missing: (tills: string) => string;
  readonly missingAdvice: string;
  readonly signOff: string;
  readonly signOffWithout: string;
  readonly signedOff: string;
  readonly number: (no: number) => string;
  readonly by: (name: string, time: string) => string;
  readonly without: (tills: string) => string;
  readonly replacedBy: (no: number) => string;
  readonly notClosed: Readonly<Record<NotClosed, string>>;
}

export const closingWords: Readonly<Record<Language, ClosingWords>> = {
  fr: {
    closings: 'Clôtures',
    lead: 'Le total d’un jour, toutes les caisses du club ensemble. Chaque caisse a déjà clos le sien.',
    club: 'Club',
    day: 'Jour',
    loading: 'Lecture des clôtures…',
    noAnswer: 'La base ne répond pas. Réessayez dans un instant.',
    nothing: 'Aucune caisse de ce club n’a encore envoyé sa clôture de ce jour.',
    tills: 'Caisses',
    columns: {
      till: 'Caisse',
      no: 'Clôture',
      signature: 'Signature',
      sales: 'Ventes',
      refunds: 'Rendus',
      cancelled: 'Annulées',
      total: 'Total TTC',
    },
    total: 'Ensemble',
    missing: (tills) => `Il manque\u00a0: ${tills}`,
    missingAdvice: 'Remettez ce boîtier en réseau. Sa clôture arrive d’elle-même.',
    signOff: 'Valider ce total',
    signOffWithout: 'Valider sans ce qui manque',
    signedOff: 'Total validé',
    number: (no) => `Clôture générale n°\u00a0${no}`,
    by: (name, time) => `par ${name}, le ${time}`,
    without: (tills) => `sans ${tills}`,
    replacedBy: (no) => `remplacée par la n°\u00a0${no}`,
    notClosed: {
      'period-open': 'Ce jour n’est pas terminé.',
      'tills-missing': 'Il manque une caisse\u00a0: relisez ce qui est affiché.',
      'key-lost': 'La clé qui signe ces totaux manque à la base\u00a0: prévenez le support.',
      refused: 'La base a refusé ce total\u00a0: prévenez le support.',
    },
  },
  en: {
    closings: 'Closings',
    lead: 'The total of a day over all tills of the club. Each till has closed its own already.',
    club: 'Club',
    day: 'Day',
    loading: 'Reading the closings…',
    noAnswer: 'The base does not answer. Try again in a moment.',
    nothing: 'No till of this club has sent its closing of this day yet.',
    tills: 'Tills',
    columns: {
      till: 'Till',
      no: 'Closing',
      signature: 'Signature',
      sales: 'Sales',
      refunds: 'Refunds',
      cancelled: 'Cancelled',
      total: 'Total with VAT',
    },
    total: 'Together',
    missing: (tills) => `Missing: ${tills}`,
    missingAdvice: 'Bring this box back to the network. Its closing comes by itself.',
    signOff: 'Sign off this total',
    signOffWithout: 'Sign off without what is missing',
    signedOff: 'Signed off',
    number: (no) => `Closing over all tills no.\u00a0${no}`,
    by: (name, time) => `by ${name}, ${time}`,
    without: (tills) => `without ${tills}`,
    replacedBy: (no) => `replaced by no.\u00a0${no}`,
    notClosed: {
      'period-open': 'This day is not over.',
      'tills-missing': 'A till is missing: read again what is shown.',
      'key-lost': 'The key that signs these totals is missing at the base: tell support.',
      refused: 'The base refused this total: tell support.',
    },
  },
};
