import type { Language } from '../words.ts';

export interface SearchWords {
  readonly search: string;
  readonly lead: string;
  readonly label: string;
  readonly find: string;
  readonly tooShort: string;
  readonly noAnswer: string;
  readonly none: string;
  readonly more: string;
  readonly otherClub: string;
  readonly homeClub: (club: string) => string;
  readonly noCredential: string;
  readonly mayEnter: (club: string) => string;
  readonly mayNotEnter: (club: string) => string;
}

export const searchWords: Readonly<Record<Language, SearchWords>> = {
  fr: {
    search: 'Recherche',
    lead: 'Dans tous les clubs du réseau. D’un adhérent d’un autre club, vous voyez le nom et s’il peut entrer chez vous.',
    label: 'Nom, adresse e-mail ou numéro de carte',
    find: 'Chercher',
    tooShort: 'Saisissez au moins 2 caractères.',
    noAnswer: 'La base ne répond pas. Réessayez dans un instant.',
    none: 'Personne ne correspond.',
    more: 'Il y en a d’autres : précisez le nom.',
    otherClub: 'Adhérent d’un autre club',
    homeClub: (club) => `Club : ${club}`,
    noCredential: 'Ni carte ni pass',
    mayEnter: (club) => `Peut entrer à ${club}`,
    mayNotEnter: (club) => `Ne peut pas entrer à ${club}`,
  },
  en: {
    search: 'Search',
    lead: 'In all clubs of the network. Of a member of another club you see the name, and whether they may come in at yours.',
    label: 'Name, e-mail address or number of a card',
    find: 'Search',
    tooShort: 'Type at least 2 characters.',
    noAnswer: 'The base does not answer. Try again in a moment.',
    none: 'Nobody matches.',
    more: 'There are more: type more of the name.',
    otherClub: 'Member of another club',
    homeClub: (club) => `Club: ${club}`,
    noCredential: 'Neither a card nor a pass',
    mayEnter: (club) => `May enter ${club}`,
    mayNotEnter: (club) => `May not enter ${club}`,
  },
};
