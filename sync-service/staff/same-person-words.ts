import type { Language } from './words.ts';

export interface SamePersonWords {
  readonly records: string;
  readonly born: string;
  readonly contact: string;
  readonly memberships: string;
  readonly opens: string;
  readonly elsewhere: string;
  readonly none: string;
  readonly counts: (card: number, pass: number, other: number) => string;
  readonly from: (from: string, to: string | null) => string;
  readonly merge: string;
  readonly whichStays: string;
  readonly chooseOne: string;
  readonly why: string;
  readonly notMerged: string;
}

export const samePersonWords: Readonly<Record<Language, SamePersonWords>> = {
  fr: {
    records: 'Les deux fiches',
    born: 'Naissance',
    contact: 'Contact',
    memberships: 'Abonnements',
    opens: 'Accès actifs',
    elsewhere: 'Membre d’un autre club : demandez à qui voit les deux.',
    none: 'Aucun',
    counts: (card, pass, other) => `${card} carte(s), ${pass} pass, ${other} autre(s)`,
    from: (from, to) => (to === null ? `depuis le ${from}` : `du ${from} au ${to}`),
    merge: 'Réunir les fiches',
    whichStays: 'Quelle fiche reste',
    chooseOne: 'Choisissez la fiche qui reste.',
    why: 'Pourquoi',
    notMerged:
      'Rien n’a été réuni. N’écrivez ni nom ni adresse dans la raison, et réessayez ; sinon, rechargez la page.',
  },
  en: {
    records: 'Both records',
    born: 'Born',
    contact: 'Contact',
    memberships: 'Memberships',
    opens: 'Opens now',
    elsewhere: 'Member of another club: ask who sees both.',
    none: 'None',
    counts: (card, pass, other) => `${card} card(s), ${pass} pass(es), ${other} other(s)`,
    from: (from, to) => (to === null ? `since ${from}` : `${from} to ${to}`),
    merge: 'Merge the records',
    whichStays: 'Which record stays',
    chooseOne: 'Choose the record that stays.',
    why: 'Why',
    notMerged:
      'Nothing was merged. Leave names and addresses out of the reason and try again; otherwise load the page anew.',
  },
};
