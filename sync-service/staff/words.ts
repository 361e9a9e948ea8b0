import type { AccessReason } from '@portillon/core/wire/event.ts';
import type { SignInFailure } from '../http/staff/sign-in/sign-in-view.ts';

export type Language = 'fr' | 'en';

/** Every word of the staff page. Short, plain, the same word for the same thing. */
export interface Words {
  readonly places: string;
  readonly live: string;
  readonly signIn: string;
  readonly signInLead: string;
  readonly user: string;
  readonly password: string;
  readonly wrongSignIn: string;
  readonly tooOften: string;
  readonly signInWith: (provider: string) => string;
  readonly orWithPassword: string;
  readonly signInFailures: Readonly<Record<SignInFailure, string>>;
  readonly noAnswer: string;
  readonly signOut: string;
  readonly language: string;
  readonly view: string;
  readonly wall: string;
  readonly table: string;
  readonly loading: string;
  readonly connectionLost: (since: string) => string;
  readonly peopleInside: (count: number) => string;
  readonly notCounted: string;
  readonly between: (low: number, high: number) => string;
  readonly of: (percent: number, capacity: number) => string;
  readonly asOf: (time: string) => string;
  readonly offlineSince: (time: string) => string;
  readonly neverSeen: string;
  readonly full: string;
  readonly nearlyFull: string;
  readonly fillingUp: string;
  readonly clubs: string;
  readonly passages: string;
  readonly refusals: string;
  readonly noPassages: string;
  readonly noRefusals: string;
  readonly entry: string;
  readonly exit: string;
  readonly refused: string;
  readonly guestOf: (name: string) => string;
  readonly nobodyKnown: string;
  readonly somebody: string;
  /** Who of the staff had the gate open. */
  readonly openedBy: (name: string) => string;
  readonly nameOnItsWay: string;
  readonly photoOf: (name: string) => string;
  readonly kinds: Readonly<Record<'card' | 'pass' | 'ticket' | 'other', string>>;
  readonly reasons: Readonly<Record<AccessReason, string>>;
  readonly columns: Readonly<
    Record<
      'club' | 'inside' | 'capacity' | 'share' | 'state' | 'time' | 'who' | 'what' | 'gate' | 'why',
      string
    >
  >;
  readonly summary: (club: string, inside: number) => string;
  readonly lastRefusal: (reason: string) => string;
}

export const words: Readonly<Record<Language, Words>> = {
  fr: {
    places: 'Pages',
    live: 'En direct',
    signIn: 'Entrer',
    signInLead: 'Réservé à l’équipe du club.',
    user: 'Nom d’utilisateur',
    password: 'Mot de passe',
    wrongSignIn: 'Le nom ou le mot de passe ne va pas.',
    tooOften: 'Trop d’essais. Attendez une minute.',
    signInWith: (provider) => `Se connecter avec ${provider}`,
    orWithPassword: 'ou avec un mot de passe',
    signInFailures: {
      failed: 'La connexion n’a pas abouti. Réessayez.',
      'no-role': 'Votre compte n’a aucun rôle ici. Demandez à qui gère les accès.',
      ended: 'Ce compte a été clos.',
    },
    noAnswer: 'La base ne répond pas. Réessayez dans un instant.',
    signOut: 'Quitter',
    language: 'Langue',
    view: 'Présentation',
    wall: 'Mur',
    table: 'Tableau',
    loading: 'Lecture de la base…',
    connectionLost: (since) => `Liaison perdue à ${since}. Les chiffres datent de ce moment.`,
    between: (low, high) => `entre ${low} et ${high}`,
    peopleInside: (count) => (count < 2 ? 'personne dans le club' : 'personnes dans le club'),
    notCounted: 'Pas encore compté',
    of: (percent, capacity) => `${percent} % de ${capacity}`,
    asOf: (time) => `à ${time}`,
    offlineSince: (time) => `Hors ligne depuis ${time}`,
    neverSeen: 'Aucun boîtier enrôlé',
    full: 'Complet',
    nearlyFull: 'Presque complet',
    fillingUp: 'Se remplit',
    clubs: 'Clubs',
    passages: 'Derniers passages',
    refusals: 'Derniers refus',
    noPassages: 'Personne n’est encore passé.',
    noRefusals: 'Aucun refus.',
    entry: 'Entrée',
    exit: 'Sortie',
    refused: 'Refus',
    guestOf: (name) => `Invité de ${name}`,
    nobodyKnown: 'Personne inconnue',
    somebody: 'Quelqu’un',
    openedBy: (name) => `ouvert par ${name}`,
    nameOnItsWay: 'Nom pas encore reçu',
    photoOf: (name) => `Photo de ${name}`,
    kinds: { card: 'Carte', pass: 'Pass', ticket: 'Ticket', other: 'Autre code' },
    reasons: {
      unknown: 'Inconnu dans le réseau',
      'code-retired': 'Ancien code, plus accepté',
      blocked: 'Accès bloqué',
      'not-started': 'L’abonnement n’a pas commencé',
      expired: 'L’abonnement est terminé',
      'wrong-club': 'L’abonnement ne vaut pas dans ce club',
      'closed-hours': 'En dehors des heures permises',
      'code-out-of-time': 'Code d’un autre moment',
      'code-used': 'Code déjà passé',
      'ticket-spent': 'Ticket déjà utilisé',
      suspended: 'Abonnement en pause',
      'club-closed': 'Fermeture exceptionnelle',
      debt: 'Impayé au-delà du délai',
      'guardian-missing': 'Mineur sans son adulte',
      'member-missing': 'Invité sans le titulaire',
      'data-too-old': 'Club hors ligne depuis trop longtemps',
      'gate-locked': 'Portillon verrouillé',
      'already-inside': 'Déjà dans le club',
      'full-house': 'Club complet',
    },
    columns: {
      club: 'Club',
      inside: 'Dans le club',
      capacity: 'Capacité',
      share: 'Part',
      state: 'État',
      time: 'Heure',
      who: 'Qui',
      what: 'Quoi',
      gate: 'Tourniquet',
      why: 'Pourquoi',
    },
    summary: (club, inside) => `${club} : ${inside} dans le club.`,
    lastRefusal: (reason) => `Dernier refus : ${reason}.`,
  },
  en: {
    places: 'Pages',
    live: 'Live',
    signIn: 'Sign in',
    signInLead: 'For the staff of the club.',
    user: 'User name',
    password: 'Password',
    wrongSignIn: 'The name or the password is wrong.',
    tooOften: 'Too many tries. Wait a minute.',
    signInWith: (provider) => `Sign in with ${provider}`,
    orWithPassword: 'or with a password',
    signInFailures: {
      failed: 'The sign-in did not work out. Try again.',
      'no-role': 'Your account has no role here. Ask whoever manages access.',
      ended: 'This account was ended.',
    },
    noAnswer: 'The base does not answer. Try again in a moment.',
    signOut: 'Sign out',
    language: 'Language',
    view: 'View',
    wall: 'Wall',
    table: 'Table',
    loading: 'Reading the base…',
    connectionLost: (since) => `Connection lost at ${since}. The figures are of that moment.`,
    between: (low, high) => `between ${low} and ${high}`,
    peopleInside: (count) => (count === 1 ? 'person in the club' : 'people in the club'),
    notCounted: 'Not counted yet',
    of: (percent, capacity) => `${percent}% of ${capacity}`,
    asOf: (time) => `as of ${time}`,
    offlineSince: (time) => `Offline since ${time}`,
    neverSeen: 'No box enrolled',
    full: 'Full',
    nearlyFull: 'Nearly full',
    fillingUp: 'Filling up',
    clubs: 'Clubs',
    passages: 'Last passages',
    refusals: 'Last refusals',
    noPassages: 'Nobody has come through yet.',
    noRefusals: 'No refusals.',
    entry: 'Entry',
    exit: 'Exit',
    refused: 'Refused',
    guestOf: (name) => `Guest of ${name}`,
    nobodyKnown: 'Unknown person',
    somebody: 'Somebody',
    openedBy: (name) => `opened by ${name}`,
    nameOnItsWay: 'Name not received yet',
    photoOf: (name) => `Photo of ${name}`,
    kinds: { card: 'Card', pass: 'Pass', ticket: 'Ticket', other: 'Other code' },
    reasons: {
      unknown: 'Not known in the network',
      blocked: 'Access blocked',
      'not-started': 'The membership has not begun',
      expired: 'The membership has ended',
      'wrong-club': 'The membership is not valid in this club',
      'closed-hours': 'Outside the permitted hours',
      'code-retired': 'Old code, taken no more',
      'code-out-of-time': 'Code of another moment',
      'code-used': 'Code used before',
      'ticket-spent': 'Ticket already used',
      suspended: 'Membership on hold',
      'club-closed': 'Exceptional closure',
      debt: 'Debt past its grace',
      'guardian-missing': 'Minor without an adult',
      'member-missing': 'Guest without the member',
      'data-too-old': 'Club offline for too long',
      'gate-locked': 'Gate locked by staff',
      'already-inside': 'Already inside',
      'full-house': 'Club is full',
    },
    columns: {
      club: 'Club',
      inside: 'In the club',
      capacity: 'Capacity',
      share: 'Share',
      state: 'State',
      time: 'Time',
      who: 'Who',
      what: 'What',
      gate: 'Gate',
      why: 'Why',
    },
    summary: (club, inside) => `${club}: ${inside} in the club.`,
    lastRefusal: (reason) => `Last refusal: ${reason}.`,
  },
};

/** `18:42:07` in the club's own time. */
export function timeOfDay(iso: string, timeZone: string | undefined, seconds = true): string {
  return new Intl.DateTimeFormat('fr-FR', {
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds ? { second: '2-digit' } : {}),
    ...(timeZone ? { timeZone } : {}),
  }).format(new Date(iso));
}

/** `24 nov., 18:42` in the club's own time. */
export function dayAndTime(iso: string, timeZone: string | undefined, language: Language): string {
  return new Intl.DateTimeFormat(language === 'fr' ? 'fr-FR' : 'en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    ...(timeZone ? { timeZone } : {}),
  }).format(new Date(iso));
}

const minuteMs = 60_000;
const units = [
  ['day', 24 * 60 * minuteMs],
  ['hour', 60 * minuteMs],
  ['minute', minuteMs],
] as const;

/** `il y a 3 heures`: the largest unit of which there is one. */
export function ago(iso: string, now: string, language: Language): string {
  const passedMs = Math.max(0, Date.parse(now) - Date.parse(iso));
  const [unit, unitMs] = units.find(([, length]) => passedMs >= length) ?? (['minute', minuteMs] as const);
  return new Intl.RelativeTimeFormat(language).format(-Math.floor(passedMs / unitMs), unit);
}
