/** What somebody is asked to agree to. Each stands for itself; none is needed for a membership. */
export const consentPurposes = ['photo', 'news'] as const;
export type ConsentPurpose = (typeof consentPurposes)[number];

export type WordingLanguage = 'fr' | 'en';

/** The wording that kiosks show now; a changed sentence is a new version, and the old one stays below. */
export const consentWordingVersion = '2026-11-b';

type Wordings = Readonly<Record<ConsentPurpose, Readonly<Record<WordingLanguage, readonly string[]>>>>;

const photo: Wordings['photo'] = {
  fr: [
    'Voulez-\u2060vous ajouter une photo\u202f?',
    'L’équipe vous reconnaît plus vite. Vous pouvez refuser, votre abonnement reste le même.',
    'Seules les équipes de nos clubs la voient.',
    'Aucune machine ne compare les visages.',
    'Elle est effacée à la fin de l’abonnement.',
    'Oui, prendre une photo',
  ],
  en: [
    'Would you like to add a photo?',
    'Staff recognise you faster. You can say no, your membership stays the same.',
    'Only staff of our clubs see it.',
    'No machine compares faces.',
    'It is erased when your membership ends.',
    'Yes, take a photo',
  ],
};

const newsAtTheDesk: Wordings['news'] = {
  fr: [
    'Voulez-\u2060vous recevoir nos nouvelles\u202f?',
    'Cours, horaires et offres du club. Ce choix est libre.',
    'Au choix',
    'Les nouvelles du club. Vous pouvez changer d’avis à l’accueil, quand vous voulez.',
    'Oui, je les veux',
  ],
  en: [
    'Would you like our news?',
    'Classes, hours and offers of the club. It is your choice.',
    'Your choice',
    'News of the club. You can change your mind at the desk at any time.',
    'Yes, send me news',
  ],
};

const news: Wordings['news'] = {
  fr: newsAtTheDesk.fr.with(
    3,
    'Les nouvelles du club. Vous pouvez changer d’avis ici ou à l’accueil, quand vous voulez.',
  ),
  en: newsAtTheDesk.en.with(3, 'News of the club. You can change your mind here or at the desk at any time.'),
};

/** By version: every sentence on the screen that asks, from the question to the answer that agrees. */
export const consentWordings: Readonly<Record<string, Wordings>> = {
  '2026-11-a': { photo, news: newsAtTheDesk },
  '2026-11-b': { photo, news },
};
