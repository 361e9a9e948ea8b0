import type { DebtReason } from '@portillon/core/wire/messages.ts';
import type { Language } from '../words.ts';

/** Every word of the page of a member. */
export interface MemberWords {
  readonly readLog: string;
  readonly readLogLead: string;
  readonly readLogFailed: string;
  readonly readPages: Readonly<Record<string, string>>;
  readonly readFrom: Readonly<Record<string, string>>;
  readonly visitorLead: string;
  readonly member: string;
  readonly unknown: string;
  readonly homeClub: (club: string) => string;
  readonly age: (years: number) => string;
  readonly ageUnknown: string;
  readonly mayEnter: string;
  readonly mayNotEnter: string;
  readonly noCredential: string;
  readonly atHomeClubNow: (club: string) => string;
  readonly standing: string;
  readonly onHoldUntil: (time: string) => string;
  readonly keptOutBy: (systems: string) => string;
  readonly onHold: string;
  readonly notOnHold: string;
  readonly worksHere: string;
  readonly notStaff: string;
  readonly comesAfter: Readonly<Record<'guardian' | 'member', (names: string) => string>>;
  readonly comesAlone: string;
  readonly companions: Readonly<Record<'guardian' | 'member', (name: string) => string>>;
  readonly changeStanding: string;
  readonly hold: string;
  readonly holdUntil: string;
  readonly holdHint: string;
  readonly lift: string;
  readonly makeStaff: string;
  readonly endStaff: string;
  readonly endCompany: string;
  readonly notATime: string;
  readonly debts: string;
  readonly addDebt: string;
  readonly amount: string;
  readonly amountHint: string;
  readonly notAnAmount: string;
  readonly debtKind: string;
  readonly addBadge: string;
  readonly chipNumber: string;
  readonly chipHint: string;
  readonly notAChip: string;
  readonly noDebts: string;
  readonly since: (time: string) => string;
  readonly refusesFrom: (time: string) => string;
  readonly refusesNow: string;
  readonly neverRefuses: string;
  readonly debtReasons: Readonly<Record<DebtReason, string>>;
  readonly credentials: string;
  readonly noCredentials: string;
  readonly kinds: Readonly<Record<'card' | 'pass' | 'ticket' | 'badge', string>>;
  readonly statuses: Readonly<Record<'active' | 'blocked' | 'spent', string>>;
  readonly validity: (from: string, to: string | null) => string;
  readonly chip: (number: string) => string;
  readonly soldAs: (reference: string) => string;
  readonly blockedBy: (by: string, time: string) => string;
  readonly block: string;
  readonly blockOf: (what: string) => string;
  readonly unblock: string;
  readonly unblockOf: (what: string) => string;
  readonly replace: string;
  readonly replaceOf: (what: string) => string;
  readonly orderOpen: string;
  readonly memberships: string;
  readonly cancelled: string;
  readonly decisions: string;
  readonly noDecisions: string;
  readonly granted: string;
  readonly grantedWith: (noted: string) => string;
  readonly left: string;
  readonly wentThrough: string;
  readonly decidedBy: Readonly<Record<'book' | 'grant' | 'number', string>>;
  readonly knew: string;
  readonly factsGone: string;
  readonly facts: Readonly<
    Record<'status' | 'plan' | 'validity' | 'hold' | 'staff' | 'company' | 'debt', string>
  >;
  readonly changes: string;
  readonly noName: string;
}

export const memberWords: Readonly<Record<Language, MemberWords>> = {
  fr: {
    readLog: 'Journal des lectures',
    readLogLead: 'Qui a ouvert cette fiche, quand et depuis quelle page. Gardé un an.',
    readLogFailed: 'La base ne répond pas.',
    readPages: {
      member: 'Fiche',
      photo: 'Photo',
      debts: 'Dettes',
      consents: 'Consentements',
      copy: 'Copie',
      'came-in': 'Derniers entrés, à une borne',
    },
    readFrom: {
      live: 'depuis le direct',
      search: 'depuis la recherche',
      cases: 'depuis les dossiers',
      orders: 'depuis les ordres',
      gates: 'depuis les portillons',
      access: 'depuis les règles d’accès',
      devices: 'depuis les appareils',
      member: 'depuis une fiche',
      address: 'par son adresse',
      command: 'depuis le serveur de la base',
    },
    visitorLead: 'Le reste de sa fiche est à son club.',
    member: 'Membre',
    unknown: 'La base ne connaît pas ce membre.',
    homeClub: (club) => `Club d’origine : ${club}`,
    age: (years) => `${years} ans`,
    ageUnknown: 'Âge pas encore reçu',
    mayEnter: 'Peut entrer',
    mayNotEnter: 'Ne peut pas entrer',
    noCredential: 'N’a ni carte ni pass',
    atHomeClubNow: (club) => `Maintenant, à ${club}`,
    standing: 'Situation',
    onHoldUntil: (time) => `En pause jusqu’au ${time}`,
    onHold: 'En pause, jusqu’à ce que l’équipe la lève',
    keptOutBy: (systems) =>
      `N’entre pas\u00a0: bloqué par l’autre système (${systems}), qui seul peut le lever`,
    notOnHold: 'Pas en pause',
    worksHere: 'Fait partie de l’équipe : entre à toute heure',
    notStaff: 'Ne fait pas partie de l’équipe',
    comesAfter: {
      guardian: (names) => `Entre après son adulte : ${names}`,
      member: (names) => `Entre après le titulaire : ${names}`,
    },
    comesAlone: 'Entre sans attendre personne',
    companions: {
      guardian: (name) => `Adulte de ${name}`,
      member: (name) => `Titulaire pour ${name}`,
    },
    changeStanding: 'Changer la situation',
    hold: 'Mettre en pause',
    holdUntil: 'Jusqu’à',
    holdHint: 'À l’heure du club d’origine.',
    lift: 'Lever la pause',
    makeStaff: 'Ajouter à l’équipe',
    endStaff: 'Retirer de l’équipe',
    endCompany: 'Laisser entrer sans accompagnant',
    notATime: 'Choisissez une date et une heure à venir.',
    debts: 'Impayés',
    addDebt: 'Noter un impayé',
    amount: 'Montant en euros',
    amountHint: 'TVA de 20 % comprise. Dû à la société du club d’origine.',
    notAnAmount: 'Écrivez un montant de 0,01 à 10 000 euros.',
    debtKind: 'Pour quoi',
    addBadge: 'Noter un ancien badge',
    chipNumber: 'Numéro de la puce',
    chipHint: 'Comme le lecteur le montre : 8 à 20 chiffres et lettres de A à F.',
    notAChip: 'Ce n’est pas le numéro d’une puce : 8 à 20 chiffres et lettres de A à F, en nombre pair.',
    noDebts: 'Aucun impayé.',
    since: (time) => `depuis le ${time}`,
    refusesFrom: (time) => `refusé à partir du ${time}`,
    refusesNow: 'refusé pour cela',
    neverRefuses: 'jamais refusé pour cela dans son club',
    debtReasons: {
      'direct-debit-rejected': 'Prélèvement rejeté',
      'card-replacement': 'Carte refaite',
      'unpaid-period': 'Période impayée',
      other: 'Autre',
    },
    credentials: 'Cartes, pass, tickets, badges',
    noCredentials: 'Aucun.',
    kinds: { card: 'Carte', pass: 'Pass', ticket: 'Ticket', badge: 'Ancien badge' },
    statuses: { active: 'Ouvre', blocked: 'Bloqué', spent: 'Utilisé' },
    validity: (from, to) => (to === null ? `du ${from}, sans fin` : `du ${from} au ${to}`),
    chip: (number) => `puce ${number}`,
    soldAs: (reference) => `vente ${reference}`,
    blockedBy: (by, time) => `Bloqué par ${by}, ${time}`,
    block: 'Bloquer',
    blockOf: (what) => `Bloquer : ${what}`,
    unblock: 'Débloquer',
    unblockOf: (what) => `Débloquer : ${what}`,
    replace: 'Refaire la carte',
    replaceOf: (what) => `Refaire la carte : ${what}`,
    orderOpen: 'Une carte l’attend à la borne',
    memberships: 'Abonnements',
    cancelled: 'annulé',
    decisions: 'Dernières décisions',
    noDecisions: 'Rien n’a encore été présenté.',
    granted: 'Laissé entrer',
    grantedWith: (noted) => `Laissé entrer, noté : ${noted}`,
    left: 'Sorti',
    wentThrough: 'passage vu',
    decidedBy: {
      book: 'Décidé par les données du club',
      grant: 'Décidé par le droit signé de la carte ou du pass, inconnu du club',
      number: 'Décidé sur le seul numéro d’un ancien badge',
    },
    knew: 'Le club savait',
    factsGone: 'Ce que le club savait n’est pas connu de la base.',
    facts: {
      status: 'État',
      plan: 'Formule',
      validity: 'Validité',
      hold: 'Pause jusqu’au',
      staff: 'Équipe',
      company: 'Entre après',
      debt: 'Impayé',
    },
    changes: 'Qui a changé quoi',
    noName: 'nom pas encore reçu',
  },
  en: {
    readLog: 'Access log',
    readLogLead: 'Who opened this page, when and from where. Kept for a year.',
    readLogFailed: 'The base does not answer.',
    readPages: {
      member: 'Page',
      photo: 'Photo',
      debts: 'Debts',
      consents: 'Consents',
      copy: 'Copy',
      'came-in': 'Who came in, at a kiosk',
    },
    readFrom: {
      live: 'from the live view',
      search: 'from the search',
      cases: 'from the cases',
      orders: 'from the orders',
      gates: 'from the gates',
      access: 'from the access rules',
      devices: 'from the devices',
      member: 'from a member',
      address: 'by its address',
      command: 'on the machine of the base',
    },
    visitorLead: 'The rest of the page belongs to their club.',
    member: 'Member',
    unknown: 'The base does not know this member.',
    homeClub: (club) => `Home club: ${club}`,
    age: (years) => `${years} years old`,
    ageUnknown: 'Age not received yet',
    mayEnter: 'May come in',
    mayNotEnter: 'May not come in',
    noCredential: 'Holds neither card nor pass',
    atHomeClubNow: (club) => `Now, at ${club}`,
    standing: 'Standing',
    onHoldUntil: (time) => `On hold until ${time}`,
    onHold: 'On hold until staff lift it',
    keptOutBy: (systems) => `Kept out by the other system (${systems}), which alone can lift it`,
    notOnHold: 'Not on hold',
    worksHere: 'Works here: comes in at any hour',
    notStaff: 'Does not work here',
    comesAfter: {
      guardian: (names) => `Comes in after the adult: ${names}`,
      member: (names) => `Comes in after the holder: ${names}`,
    },
    comesAlone: 'Comes in after nobody',
    companions: {
      guardian: (name) => `Adult of ${name}`,
      member: (name) => `Holder for ${name}`,
    },
    changeStanding: 'Change the standing',
    hold: 'Put on hold',
    holdUntil: 'Until',
    holdHint: 'By the clock of the home club.',
    lift: 'Lift the hold',
    makeStaff: 'Add to the staff',
    endStaff: 'Take off the staff',
    endCompany: 'Let in without company',
    notATime: 'Choose a date and time to come.',
    debts: 'Debts',
    addDebt: 'Write down a debt',
    amount: 'Amount in euros',
    amountHint: 'VAT of 20% included. Owed to the company of the home club.',
    notAnAmount: 'Write an amount from 0.01 to 10,000 euros.',
    debtKind: 'What for',
    addBadge: 'Write down an old badge',
    chipNumber: 'Number of the chip',
    chipHint: 'As the reader shows it: 8 to 20 digits and letters A to F.',
    notAChip: 'Not the number of a chip: 8 to 20 digits and letters A to F, an even number of them.',
    noDebts: 'No debts.',
    since: (time) => `since ${time}`,
    refusesFrom: (time) => `refused from ${time} on`,
    refusesNow: 'refused for it',
    neverRefuses: 'never refused for it at the home club',
    debtReasons: {
      'direct-debit-rejected': 'Direct debit rejected',
      'card-replacement': 'Card replaced',
      'unpaid-period': 'Unpaid period',
      other: 'Other',
    },
    credentials: 'Cards, passes, tickets, badges',
    noCredentials: 'None.',
    kinds: { card: 'Card', pass: 'Pass', ticket: 'Ticket', badge: 'Old badge' },
    statuses: { active: 'Opens', blocked: 'Blocked', spent: 'Used' },
    validity: (from, to) => (to === null ? `from ${from}, no end` : `from ${from} to ${to}`),
    chip: (number) => `chip ${number}`,
    soldAs: (reference) => `sale ${reference}`,
    blockedBy: (by, time) => `Blocked by ${by}, ${time}`,
    block: 'Block',
    blockOf: (what) => `Block: ${what}`,
    unblock: 'Unblock',
    unblockOf: (what) => `Unblock: ${what}`,
    replace: 'Make another card',
    replaceOf: (what) => `Make another card: ${what}`,
    orderOpen: 'A card waits for them at the kiosk',
    memberships: 'Memberships',
    cancelled: 'cancelled',
    decisions: 'Last decisions',
    noDecisions: 'Nothing has been presented yet.',
    granted: 'Let in',
    grantedWith: (noted) => `Let in, noted: ${noted}`,
    left: 'Left',
    wentThrough: 'seen to go through',
    decidedBy: {
      book: 'Decided by the data of the club',
      grant: 'Decided by the signed grant of the card or pass, which the club did not know',
      number: 'Decided by nothing but the number of an old badge',
    },
    knew: 'The club knew',
    factsGone: 'What the club knew is not known to the base.',
    facts: {
      status: 'State',
      plan: 'Plan',
      validity: 'Validity',
      hold: 'On hold until',
      staff: 'Staff',
      company: 'Comes in after',
      debt: 'Debt',
    },
    changes: 'Who changed what',
    noName: 'name not received yet',
  },
};
