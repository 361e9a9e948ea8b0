import type { AccessReason } from '../wire/event.ts';

interface SignWords {
  readonly fr: string;
  readonly en: string;
}

/**
 * A decision on the small display of a reader: sixteen letters, accents dropped by most of them. What does not fit stands on
 * the gate's screen (`reasonWords`).
 */
export const signWords: Readonly<Record<AccessReason | 'granted' | 'wait' | 'not-released', SignWords>> = {
  granted: { fr: 'Bienvenue', en: 'Welcome' },
  /** Let in, and somebody else is still on the way through. */
  wait: { fr: 'Un instant', en: 'One moment' },
  /** Let in, and the gate does not do it. */
  'not-released': { fr: 'Voir l’accueil', en: 'Ask at the desk' },
  unknown: { fr: 'Carte inconnue', en: 'Card not known' },
  'code-out-of-time': { fr: 'Code trop ancien', en: 'Code not valid' },
  'code-used': { fr: 'Code déjà passé', en: 'Code used before' },
  blocked: { fr: 'Voir l’accueil', en: 'Ask at the desk' },
  'not-started': { fr: 'Pas encore actif', en: 'Not started yet' },
  expired: { fr: 'À renouveler', en: 'Please renew' },
  'wrong-club': { fr: 'Autre club', en: 'Other club only' },
  'closed-hours': { fr: 'Hors horaires', en: 'Outside hours' },
  suspended: { fr: 'En pause', en: 'On hold' },
  'club-closed': { fr: 'Club fermé', en: 'Club is closed' },
  debt: { fr: 'Voir la borne', en: 'See the kiosk' },
  'guardian-missing': { fr: 'Après l’adulte', en: 'After the adult' },
  'member-missing': { fr: 'Après le membre', en: 'After the member' },
  'data-too-old': { fr: 'Voir l’accueil', en: 'Ask at the desk' },
  'gate-locked': { fr: 'Passage fermé', en: 'Gate is locked' },
  'already-inside': { fr: 'Déjà entré', en: 'Already inside' },
  'full-house': { fr: 'Club complet', en: 'Club is full' },
  'ticket-spent': { fr: 'Déjà utilisé', en: 'Already used' },
};
