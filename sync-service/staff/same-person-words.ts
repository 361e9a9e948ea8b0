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
  readonly between: (from: string, to: string | null) => string;
  readonly merge: string;
  readonly whichStays: string;
  readonly chooseOne: string;
  readonly why: string;
  readonly notMerged: string;
  /** On the page of a member. */
  readonly merged: string;
  readonly into: (name: string, club: string) => string;
  readonly from: (name: string, club: string) => string;
  readonly intoLead: string;
  readonly mergedBy: (who: string, when: string) => string;
  readonly undo: string;
  readonly undoLead: string;
  readonly undoFollows: string;
  readonly undoElsewhere: string;
  readonly undoRefusals: Readonly<Record<string, string>>;
  readonly mergedInto: string;
  readonly toRecord: string;
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
    between: (from, to) => (to === null ? `depuis le ${from}` : `du ${from} au ${to}`),
    merge: 'Réunir les fiches',
    whichStays: 'Quelle fiche reste',
    chooseOne: 'Choisissez la fiche qui reste.',
    why: 'Pourquoi',
    merged: 'Fiches réunies',
    into: (name, club) => `Réunie dans la fiche de ${name}, ${club}`,
    from: (name, club) => `La fiche de ${name}, ${club}, est réunie dans celle-ci`,
    intoLead: 'Ventes, abonnements et accès sont sur l’autre fiche. Celle-ci ne compte plus.',
    mergedBy: (who, when) => `par ${who}, ${when}`,
    undo: 'Séparer les fiches',
    undoLead: 'Voici les deux fiches telles qu’elles seraient une fois séparées :',
    undoFollows:
      'Chacune reprend exactement ce qu’elle avait ; tous les tourniquets l’apprennent. Un nouveau cas demande s’il s’agit de la même personne.',
    undoElsewhere: 'L’une des deux est membre d’un autre club : demandez à qui voit les deux.',
    undoRefusals: {
      'merge.not-possible':
        'Ces fiches ne se séparent plus : depuis, la fiche a eu une vente, une carte ou un impayé de plus, ses règles d’accès ont changé, ou la personne a demandé l’effacement.',
      'merge.names-the-person':
        'La raison reste écrite : n’y mettez ni nom, ni adresse, ni numéro de la personne.',
      'merge.unknown': 'Cette réunion a déjà été défaite. Rechargez la page.',
      'staff.not-allowed': 'L’une des deux est membre d’un autre club : demandez à qui voit les deux.',
    },
    mergedInto: 'Réunie dans une autre fiche',
    toRecord: 'Voir la fiche qui compte',
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
    between: (from, to) => (to === null ? `since ${from}` : `${from} to ${to}`),
    merge: 'Merge the records',
    whichStays: 'Which record stays',
    chooseOne: 'Choose the record that stays.',
    why: 'Why',
    merged: 'Merged records',
    into: (name, club) => `Merged into the record of ${name}, ${club}`,
    from: (name, club) => `The record of ${name}, ${club}, is merged into this one`,
    intoLead:
      'Sales, memberships and what opens are with the other record. This one does not count any more.',
    mergedBy: (who, when) => `by ${who}, ${when}`,
    undo: 'Take the records apart',
    undoLead: 'Both records as they would be once they are apart:',
    undoFollows:
      'Each gets back exactly what it had; every gate hears of it. A new case asks again whether they are one person.',
    undoElsewhere: 'One of the two is a member of another club: ask who sees both.',
    undoRefusals: {
      'merge.not-possible':
        'These records do not come apart any more: since then the member got another sale, card or debt, the rules of their access were changed, or they asked to be forgotten.',
      'merge.names-the-person':
        'The reason stays written: leave names, addresses and numbers of the person out.',
      'merge.unknown': 'This merge was undone before. Load the page anew.',
      'staff.not-allowed': 'One of the two is a member of another club: ask who sees both.',
    },
    mergedInto: 'Merged into another record',
    toRecord: 'See the record that counts',
    notMerged:
      'Nothing was merged. Leave names and addresses out of the reason and try again; otherwise load the page anew.',
  },
};
