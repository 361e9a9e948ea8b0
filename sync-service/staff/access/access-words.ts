import type { DayFlaw } from '../week-hours-text.ts';
import type { Language } from '../words.ts';

type Mode = 'off' | 'soft' | 'hard';

/** Every word of the pages of access: rules of a club, old badges, outages. */
export interface AccessWords {
  readonly access: string;
  readonly pages: string;
  readonly rules: string;
  readonly whoMayComeIn: string;
  readonly badges: string;
  readonly outages: string;
  readonly migration: string;
  readonly club: string;
  readonly reading: string;
  readonly noAnswer: string;
  readonly reason: string;
  readonly reasonTooShort: string;
  readonly refusedBecause: (code: string) => string;
  /** Refusals of the base that staff can do something about. */
  readonly refusals: Readonly<Record<string, string>>;
  readonly notSent: string;
  readonly saved: string;
  readonly back: string;
  readonly save: string;
  readonly yes: string;
  readonly no: string;
  readonly people: string;
  readonly modes: Readonly<Record<Mode, string>>;
  readonly passback: string;
  readonly passbackHint: string;
  readonly passbackMinutes: string;
  readonly untilTheyLeave: string;
  readonly fullHouse: string;
  readonly capacity: string;
  readonly debt: string;
  readonly graceDays: string;
  readonly never: string;
  readonly neverWord: string;
  readonly fromEuros: string;
  readonly dataAge: string;
  readonly dataAgeHint: string;
  readonly ageOf: Readonly<Record<'home' | 'network' | 'debtor' | 'ticket', string>>;
  readonly howeverOld: string;
  readonly passAndBadges: string;
  readonly passSteps: string;
  readonly passStepsHint: string;
  readonly uidBadges: string;
  readonly uidBadgesHint: string;
  readonly staticCodes: string;
  readonly staticCodesHint: string;
  readonly openPolicy: string;
  readonly hours: string;
  readonly hoursHint: string;
  readonly weekdays: readonly string[];
  readonly dayFlaws: Readonly<Record<DayFlaw, (day: string) => string>>;
  readonly closures: string;
  readonly closuresHint: (timeZone: string) => string;
  readonly from: string;
  readonly to: string;
  readonly noClosures: string;
  readonly addClosure: string;
  readonly remove: string;
  readonly removeClosure: (from: string) => string;
  readonly closureFlaw: (no: number) => string;
  readonly tooManyClosures: string;
  readonly notANumber: (field: string, least: number, most: number) => string;
  readonly notEuros: string;
  readonly history: string;
  readonly noHistory: string;
  readonly saidThere: string;
  readonly changed: Readonly<
    Record<'policy' | 'policyNull' | 'closures' | 'hours' | 'capacity' | 'other', string>
  >;
  readonly badgesLead: string;
  readonly badgeColumns: Readonly<
    Record<'club' | 'left' | 'inUse' | 'accepted' | 'codes' | 'codesAccepted' | 'cards', string>
  >;
  readonly badgesTotal: (left: number) => string;
  readonly noBadges: string;
  readonly copies: string;
  readonly copiesLead: string;
  readonly noCopies: string;
  readonly toCase: string;
  readonly statuses: Readonly<Record<'active' | 'blocked' | 'spent', string>>;
  readonly outagesLead: string;
  readonly day: string;
  readonly dayLine: (day: string, refuse: number, letIn: number) => string;
  readonly noOutages: string;
  readonly ofDay: (late: number, found: number) => string;
  readonly noneOfDay: string;
  readonly would: Readonly<Record<'refuse' | 'let-in', string>>;
  readonly knownSince: (time: string) => string;
  readonly wentIn: string;
  readonly notWentIn: string;
  readonly openCase: string;
  readonly openCaseOf: (who: string, time: string) => string;
  readonly caseOpen: string;
  readonly caseSettled: string;
  readonly notShown: (count: number) => string;
}

export const accessWords: Readonly<Record<Language, AccessWords>> = {
  fr: {
    access: 'Accès',
    pages: 'Pages de l’accès',
    rules: 'Règles du club',
    whoMayComeIn: 'Qui peut entrer',
    badges: 'Anciens badges',
    outages: 'Après une coupure',
    migration: 'Migration',
    club: 'Club',
    reading: 'Lecture de la base…',
    noAnswer: 'La base ne répond pas. Ce qui est montré peut dater.',
    reason: 'Pourquoi',
    reasonTooShort: 'Écrivez pourquoi, en 3 caractères au moins.',
    refusals: {
      'badge.taken': 'Ce numéro est celui d’un badge ou d’une carte en service. Bloquez l’autre d’abord.',
      'badge.no-membership': 'Ce membre n’a pas d’abonnement en cours.',
      'credential.not-possible':
        'Déjà utilisé, remplacé, remboursé ou remplacé par un nouveau pass : cela ne se change plus ici.',
      'outage.case-open': 'Quelqu’un vient d’ouvrir un cas pour cette décision.',
      'staff.not-signed-in': 'Votre session est terminée. Entrez de nouveau.',
    },
    refusedBecause: (code) => `La base a refusé (${code}). Rien n’a été changé.`,
    notSent: 'La base ne répond pas. Rien n’a été changé : réessayez.',
    saved: 'Enregistré. Tous les tourniquets l’apprennent dans un instant.',
    back: 'Retour',
    save: 'Enregistrer',
    yes: 'Oui',
    no: 'Non',
    people: 'personnes',
    modes: { off: 'Ne compte pas', soft: 'Noter et laisser entrer', hard: 'Refuser' },
    passback: 'Déjà dans le club',
    passbackHint: 'Quelqu’un est entré avec une carte ou un pass, et n’est pas ressorti.',
    passbackMinutes: 'Pendant combien de minutes',
    untilTheyLeave: 'Vide : jusqu’à la sortie, ou la fin de la journée.',
    fullHouse: 'Club complet',
    capacity: 'Personnes au plus',
    debt: 'Impayés',
    graceDays: 'Refuser après combien de jours',
    never: 'Vide : jamais.',
    neverWord: 'jamais',
    fromEuros: 'À partir de combien d’euros',
    dataAge: 'Âge des données, club hors ligne',
    dataAgeHint:
      'Nombre d’heures après lequel le tourniquet ne laisse plus entrer sur ce qu’il sait ; ce que le club a vendu ou renouvelé lui-même compte à partir de la vente. Vide : sans limite.',
    ageOf: {
      home: 'Formules d’un seul club',
      network: 'Formules réseau',
      debtor: 'Membres avec un impayé',
      ticket: 'Tickets',
    },
    howeverOld: 'sans limite',
    passAndBadges: 'Pass et anciens badges',
    passSteps: 'Pas de 15 s en plus pour le code d’un pass',
    passStepsHint: '0 à 20. Plus il y en a, plus une capture d’écran vaut longtemps.',
    uidBadges: 'Accepter les anciens badges',
    uidBadgesHint:
      'Reconnus au numéro de leur puce, que tout le monde peut copier. À retirer après la migration.',
    staticCodes: 'Accepter les anciens codes',
    staticCodesHint: 'Toujours les mêmes, et faciles à copier. À retirer quand les membres ont leur pass.',
    openPolicy: 'Rien n’a été décidé pour ce club : aucune de ces règles ne compte.',
    hours: 'Horaires',
    hoursHint: 'Par jour : 06:00-12:00, 14:00-22:00. Vide : fermé. 24:00 est la fin de la journée.',
    weekdays: ['lundi', 'mardi', 'mercredi', 'jeudi', 'vendredi', 'samedi', 'dimanche'],
    dayFlaws: {
      'not-hours': (day) => `${day} : écrivez comme 06:00-22:00, plusieurs séparés par une virgule.`,
      'past-midnight': (day) =>
        `${day} : finit avant de commencer. Des heures ne passent pas minuit : finissez à 24:00 et reprenez le lendemain à 00:00.`,
      overlap: (day) => `${day} : deux plages se chevauchent, ou ne se suivent pas.`,
      'too-many': (day) => `${day} : quatre plages au plus.`,
    },
    closures: 'Fermetures exceptionnelles',
    closuresHint: (timeZone) => `À l’heure du club (${timeZone}). Personne n’entre, sauf l’équipe.`,
    from: 'Du',
    to: 'Au',
    noClosures: 'Aucune fermeture.',
    addClosure: 'Ajouter une fermeture',
    remove: 'Retirer',
    removeClosure: (from) => `Retirer la fermeture du ${from}`,
    closureFlaw: (no) => `Fermeture ${no} : il faut un début et une fin, la fin après le début.`,
    tooManyClosures: '60 fermetures au plus. Retirez celles qui sont passées.',
    notANumber: (field, least, most) => `${field} : un nombre entier de ${least} à ${most}.`,
    notEuros: 'Impayés : un montant en euros, à partir de 0,01.',
    history: 'Qui a changé quoi',
    noHistory: 'Rien n’a encore été changé.',
    saidThere: 'Décidé dans l’autre système de membres.',
    changed: {
      policy: 'Règles',
      policyNull: 'Règles retirées',
      closures: 'Fermetures',
      hours: 'Horaires',
      capacity: 'Capacité',
      other: 'Autre',
    },
    badgesLead:
      'Un ancien badge n’a qu’un numéro, que tout le monde peut copier. Quand il n’en reste plus, retirez-les des règles du club.',
    badgeColumns: {
      club: 'Club',
      left: 'Anciens badges',
      inUse: 'Vus en 30 jours',
      cards: 'Cartes sûres',
      accepted: 'Badges acceptés',
      codes: 'Anciens codes',
      codesAccepted: 'Codes acceptés',
    },
    badgesTotal: (left) =>
      left < 2 ? `${left} ancien badge dans le réseau` : `${left} anciens badges dans le réseau`,
    noBadges: 'Personne n’a de carte ni de badge.',
    copies: 'Badges copiés',
    copiesLead: 'Entrés dans deux clubs en moins de temps qu’il n’en faut pour aller de l’un à l’autre.',
    noCopies: 'Aucun.',
    toCase: 'Voir les cas',
    statuses: { active: 'Ouvre', blocked: 'Bloqué', spent: 'Utilisé' },
    outagesLead:
      'Ce que les tourniquets ont décidé sur d’anciennes données, et que la base aurait décidé autrement. Rien n’est changé tout seul.',
    day: 'Jour',
    dayLine: (day, refuse, letIn) => `${day} · entrées à tort : ${refuse} · refus à tort : ${letIn}`,
    noOutages: 'Aucune décision à revoir dans ce club.',
    ofDay: (late, found) => `Décisions sur d’anciennes données ce jour-là : ${late}. À revoir : ${found}.`,
    noneOfDay: 'Rien à revoir ce jour-là.',
    would: { refuse: 'Aurait été refusé', 'let-in': 'Aurait pu entrer' },
    knownSince: (time) => `La base le savait depuis ${time}`,
    wentIn: 'Passage vu',
    notWentIn: 'Aucun passage vu',
    openCase: 'Ouvrir un cas',
    openCaseOf: (who, time) => `Ouvrir un cas : ${who}, ${time}`,
    caseOpen: 'Cas ouvert',
    caseSettled: 'Cas réglé',
    notShown: (count) => `Pas montrés : ${count} de plus.`,
  },
  en: {
    access: 'Access',
    pages: 'Pages of access',
    rules: 'Rules of the club',
    whoMayComeIn: 'Who may come in',
    badges: 'Old badges',
    outages: 'After an outage',
    migration: 'Migration',
    club: 'Club',
    reading: 'Reading the base…',
    noAnswer: 'The base does not answer. What is shown may be old.',
    reason: 'Why',
    reasonTooShort: 'Write why, in at least 3 characters.',
    refusals: {
      'badge.taken': 'This number belongs to a badge or card in use. Block the other one first.',
      'badge.no-membership': 'This member has no active membership.',
      'credential.not-possible':
        'Used, replaced, refunded, or ended by a new pass: it cannot be changed here any more.',
      'outage.case-open': 'Somebody has just opened a case of this decision.',
      'staff.not-signed-in': 'Your session is over. Sign in again.',
    },
    refusedBecause: (code) => `The base refused (${code}). Nothing was changed.`,
    notSent: 'The base does not answer. Nothing was changed: try again.',
    saved: 'Saved. Every gate hears of it in a moment.',
    back: 'Back',
    save: 'Save',
    yes: 'Yes',
    no: 'No',
    people: 'people',
    modes: { off: 'Does not count', soft: 'Note it and let in', hard: 'Refuse' },
    passback: 'Already in the club',
    passbackHint: 'Somebody went in with a card or pass, and was not seen to leave.',
    passbackMinutes: 'For how many minutes',
    untilTheyLeave: 'Empty: until they leave, or the day ends.',
    fullHouse: 'Full house',
    capacity: 'People at most',
    debt: 'Debts',
    graceDays: 'Refuse after how many days',
    never: 'Empty: never.',
    neverWord: 'never',
    fromEuros: 'From how many euros on',
    dataAge: 'Age of the data, club offline',
    dataAgeHint:
      'After how many hours a gate lets nobody in any more by what it knows; what the club sold or renewed itself counts from the sale. Empty: no limit.',
    ageOf: {
      home: 'Plans of one club',
      network: 'Network plans',
      debtor: 'Members who owe',
      ticket: 'Tickets',
    },
    howeverOld: 'no limit',
    passAndBadges: 'Pass and old badges',
    passSteps: 'More steps of 15 s for the code of a pass',
    passStepsHint: '0 to 20. The more there are, the longer a screenshot is good.',
    uidBadges: 'Accept old badges',
    uidBadgesHint:
      'Known by the number of their chip, which anybody can copy. Take them away after the migration.',
    staticCodes: 'Accept old codes',
    staticCodesHint: 'Always the same, and easily copied. Take them away once members have their pass.',
    openPolicy: 'Nothing was decided for this club: none of these rules counts.',
    hours: 'Hours',
    hoursHint: 'For each day: 06:00-12:00, 14:00-22:00. Empty: closed. 24:00 is the end of the day.',
    weekdays: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
    dayFlaws: {
      'not-hours': (day) => `${day}: write it like 06:00-22:00, several with a comma between.`,
      'past-midnight': (day) =>
        `${day}: ends before it begins. Hours do not pass midnight: end at 24:00 and go on the next day at 00:00.`,
      overlap: (day) => `${day}: two spans overlap, or are not in order.`,
      'too-many': (day) => `${day}: four spans at most.`,
    },
    closures: 'Exceptional closures',
    closuresHint: (timeZone) => `By the club’s clock (${timeZone}). Nobody comes in but staff.`,
    from: 'From',
    to: 'To',
    noClosures: 'No closures.',
    addClosure: 'Add a closure',
    remove: 'Remove',
    removeClosure: (from) => `Remove the closure from ${from}`,
    closureFlaw: (no) => `Closure ${no}: it needs a beginning and an end, the end after the beginning.`,
    tooManyClosures: '60 closures at most. Remove those that are over.',
    notANumber: (field, least, most) => `${field}: a whole number from ${least} to ${most}.`,
    notEuros: 'Debts: an amount in euros, from 0.01.',
    history: 'Who changed what',
    noHistory: 'Nothing has been changed yet.',
    saidThere: 'Decided in the other member system.',
    changed: {
      policy: 'Rules',
      policyNull: 'Rules taken away',
      closures: 'Closures',
      hours: 'Hours',
      capacity: 'Capacity',
      other: 'Other',
    },
    badgesLead:
      'An old badge has a number and nothing else, and anybody can copy it. When none is left, take them out of the rules of the club.',
    badgeColumns: {
      club: 'Club',
      left: 'Old badges',
      inUse: 'Seen in 30 days',
      cards: 'Cards that prove themselves',
      accepted: 'Badges accepted',
      codes: 'Old codes',
      codesAccepted: 'Codes accepted',
    },
    badgesTotal: (left) => `${left} old ${left === 1 ? 'badge' : 'badges'} in the network`,
    noBadges: 'Nobody holds a card or a badge.',
    copies: 'Copied badges',
    copiesLead: 'In at two clubs in less time than it takes to get from one to the other.',
    noCopies: 'None.',
    toCase: 'See the cases',
    statuses: { active: 'Opens', blocked: 'Blocked', spent: 'Used' },
    outagesLead:
      'What gates decided on old data, and the base would have decided otherwise. Nothing is changed by itself.',
    day: 'Day',
    dayLine: (day, refuse, letIn) => `${day} · let in wrongly: ${refuse} · refused wrongly: ${letIn}`,
    noOutages: 'No decision to look at in this club.',
    ofDay: (late, found) => `Decisions on old data on that day: ${late}. To look at: ${found}.`,
    noneOfDay: 'Nothing to look at on that day.',
    would: { refuse: 'Would have been refused', 'let-in': 'Would have been let in' },
    knownSince: (time) => `The base had known it since ${time}`,
    wentIn: 'Seen to go in',
    notWentIn: 'Nobody seen to go in',
    openCase: 'Open a case',
    openCaseOf: (who, time) => `Open a case: ${who}, ${time}`,
    caseOpen: 'Case open',
    caseSettled: 'Case settled',
    notShown: (count) => `Not shown: ${count} more.`,
  },
};
