import type { ConsentShown, Screen } from '../../bridge/view.ts';
import type { GalleryState } from './gallery-states.ts';

const said = (
  purpose: ConsentShown['purpose'],
  state: ConsentShown['state'],
  since: string | null = '2026-09-23',
): ConsentShown => ({ purpose, state, since });
/** As they were asked, in whichever language that was. */
const words = {
  photo: [
    'Voulez-\u2060vous ajouter une photo\u202f?',
    'L’équipe vous reconnaît plus vite. Vous pouvez refuser, votre abonnement reste le même.',
    'Seules les équipes de nos clubs la voient.',
    'Aucune machine ne compare les visages.',
    'Elle est effacée à la fin de l’abonnement.',
    'Oui, prendre une photo',
  ],
  news: [
    'Voulez-\u2060vous recevoir nos nouvelles\u202f?',
    'Cours, horaires et offres du club. Ce choix est libre.',
    'Au choix',
    'Les nouvelles du club. Vous pouvez changer d’avis à l’accueil, quand vous voulez.',
    'Oui, je les veux',
  ],
};

const overview: Extract<Screen, { name: 'privacy' }> = {
  name: 'privacy',
  consents: [said('photo', 'given'), said('news', 'not-given')],
  noted: null,
  requested: [],
  partly: false,
};

export const privacyStates: readonly GalleryState[] = [
  { name: 'privacy', screen: overview },
  {
    name: 'privacy-noted',
    screen: {
      ...overview,
      consents: [said('photo', 'withdrawn'), said('news', 'never-asked', null)],
      noted: 'photo',
      requested: ['copy', 'erasure'],
    },
  },
  {
    name: 'privacy-partly',
    screen: {
      ...overview,
      consents: [said('photo', 'not-known', null), said('news', 'not-known', null)],
      partly: true,
    },
  },
  ...(['photo', 'news'] as const).map(
    (purpose): GalleryState => ({
      name: `consent-${purpose}-given`,
      screen: {
        name: 'consent',
        consent: said(purpose, 'given'),
        words: words[purpose],
        canSay: { yes: false, no: true },
      },
    }),
  ),
  {
    name: 'consent-news-not-given',
    screen: {
      name: 'consent',
      consent: said('news', 'not-given'),
      words: words.news,
      canSay: { yes: true, no: false },
    },
  },
  {
    name: 'consent-news-not-known',
    screen: {
      name: 'consent',
      consent: said('news', 'not-known', null),
      words: null,
      canSay: { yes: true, no: true },
    },
  },
  {
    name: 'consent-photo-not-known',
    screen: {
      name: 'consent',
      consent: said('photo', 'not-known', null),
      words: null,
      canSay: { yes: true, no: true },
    },
  },
  {
    name: 'consent-photo-withdrawn',
    screen: {
      name: 'consent',
      consent: said('photo', 'withdrawn'),
      words: null,
      canSay: { yes: true, no: false },
    },
  },
  { name: 'own-photo-framing', screen: { name: 'own-photo', problems: [] }, doing: 'own-photo-framing' },
  ...(['copy', 'erasure'] as const).flatMap((asks) =>
    (['asking', 'sent'] as const).map(
      (phase): GalleryState => ({
        name: `data-${asks}-${phase}`,
        screen: { name: 'data-request', asks, phase, answerBy: '2026-12-26', offline: asks === 'erasure' },
      }),
    ),
  ),
];
