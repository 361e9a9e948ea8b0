import type { GateAlarmView, GateOrderView, GateReason, GateView } from '../http/staff/gate-view.ts';
import type { Language } from './words.ts';

type Action = GateOrderView['action'];

export interface GateWords {
  readonly gates: string;
  readonly lead: string;
  readonly noGates: string;
  readonly noAnswer: string;
  readonly loading: string;
  readonly standings: Readonly<Record<GateView['standing'], string>>;
  readonly fire: string;
  readonly since: (time: string) => string;
  readonly actions: Readonly<Record<Action, string>>;
  readonly actionLead: Readonly<Record<Action, string>>;
  readonly offline: string;
  readonly why: string;
  readonly reasons: Readonly<Record<GateReason, string>>;
  readonly words: string;
  readonly wordsHint: string;
  readonly chooseReason: string;
  readonly wordsTooShort: string;
  readonly notGiven: string;
  readonly orderOpen: string;
  readonly back: string;
  readonly lastOrder: string;
  readonly noOrder: string;
  readonly statuses: Readonly<Record<GateOrderView['status'], string>>;
  readonly faults: Readonly<Record<string, string>>;
  readonly by: (name: string) => string;
  readonly passages: (count: number) => string;
  readonly alarms: string;
  readonly alarmsOpen: string;
  readonly noAlarms: string;
  readonly kinds: Readonly<Record<GateAlarmView['kind'], string>>;
  readonly goesOn: (since: string) => string;
  readonly wasOver: (from: string, to: string) => string;
  readonly times: (count: number) => string;
  readonly acknowledge: string;
  readonly acknowledgeLead: string;
  readonly note: string;
  readonly noteHint: string;
  readonly acknowledged: (name: string, time: string) => string;
  readonly somebodyElse: string;
  readonly history: string;
  readonly orders: string;
  readonly pastAlarms: string;
  readonly noneYet: string;
  readonly seeGates: string;
}

export const gateWords: Readonly<Record<Language, GateWords>> = {
  fr: {
    gates: 'Portillons',
    lead: 'Un ordre vaut quelques secondes : ce que le portillon ne peut pas faire aussitôt, il ne le fait pas. La sortie reste libre quoi qu’il arrive.',
    noGates: 'Aucun boîtier n’a encore parlé de ses portillons.',
    noAnswer: 'La base ne répond pas. Réessayez dans un instant.',
    loading: 'Lecture de la base…',
    standings: { normal: 'En service', 'held-open': 'Maintenu ouvert', locked: 'Verrouillé' },
    fire: 'Alarme incendie',
    since: (time) => `depuis ${time}`,
    actions: {
      'open-entry': 'Ouvrir l’entrée',
      'open-exit': 'Ouvrir la sortie',
      'hold-open': 'Maintenir ouvert',
      lock: 'Verrouiller',
      normal: 'Remettre en service',
    },
    actionLead: {
      'open-entry': 'Une personne pourra entrer, comptée comme toute autre.',
      'open-exit': 'Une personne pourra sortir, comptée comme toute autre.',
      'hold-open': 'Tout le monde pourra entrer, sans rien présenter, jusqu’à la remise en service.',
      lock: 'Plus personne n’entre, sauf l’équipe. La sortie reste libre.',
      normal: 'Le portillon décide de nouveau lui-même.',
    },
    offline: 'Le boîtier de ce club ne répond pas : un ordre resterait sans effet.',
    why: 'Pourquoi',
    reasons: {
      'forgotten-card': 'Carte ou téléphone oublié',
      visitor: 'Visiteur',
      delivery: 'Livraison',
      group: 'Groupe accompagné',
      cleaning: 'Ménage',
      technical: 'Panne ou intervention',
      incident: 'Incident',
      other: 'Autre raison',
    },
    words: 'Précision',
    wordsHint: 'Facultative, sauf pour une autre raison. Conservée avec votre nom.',
    chooseReason: 'Choisissez une raison.',
    wordsTooShort: 'Écrivez la raison en quelques mots.',
    notGiven: 'L’ordre n’est pas parti. Réessayez dans un instant.',
    orderOpen: 'Un ordre est déjà en cours pour ce portillon. Attendez quelques secondes.',
    back: 'Annuler',
    lastOrder: 'Dernier ordre',
    noOrder: 'Aucun ordre jusqu’ici.',
    statuses: {
      open: 'En cours',
      done: 'Fait',
      expired: 'Trop tard, rien n’a été fait',
      failed: 'Refusé',
      'not-known': 'Issue inconnue : le boîtier a redémarré',
      unanswered: 'Sans réponse du boîtier',
    },
    faults: {
      'gate.no-answer': 'la carte du portillon ne répond pas',
      'gate.refused': 'le portillon est occupé, ou a refusé',
      'gate.fire': 'alarme incendie : les portes suivent leurs fils',
      'gate.cannot-hold-open': 'rien ne peut le maintenir ouvert',
      'transport.pulled': 'le câble de la carte est débranché',
    },
    by: (name) => `par ${name}`,
    passages: (count) => (count === 1 ? '1 passage' : `${count} passages`),
    alarms: 'Alarmes',
    alarmsOpen: 'alarmes à voir',
    noAlarms: 'Aucune alarme en cours ni à acquitter.',
    kinds: {
      forced: 'Passage forcé',
      'held-open': 'Porte restée ouverte',
      fire: 'Alarme incendie',
      tampered: 'Lecteur ou carte ouvert',
    },
    goesOn: (since) => `En cours depuis ${since}`,
    wasOver: (from, to) => `De ${from} à ${to}`,
    times: (count) => `${count} fois`,
    acknowledge: 'Acquitter',
    acknowledgeLead: 'Conservé avec votre nom. L’alarme continue si elle n’est pas finie.',
    note: 'Ce que vous avez constaté',
    noteHint: 'Trois lettres au moins, par exemple « enfant passé sous le bras ».',
    acknowledged: (name, time) => `Acquittée par ${name}, ${time}`,
    somebodyElse: 'Quelqu’un d’autre l’a acquittée entre-temps.',
    history: 'Auparavant',
    orders: 'Ordres',
    pastAlarms: 'Alarmes passées',
    noneYet: 'Rien jusqu’ici.',
    seeGates: 'Voir les portillons',
  },
  en: {
    gates: 'Gates',
    lead: 'An order is good for a few seconds: what the gate cannot do at once it does not do. The exit is free whatever happens.',
    noGates: 'No box has told of its gates yet.',
    noAnswer: 'The base does not answer. Try again in a moment.',
    loading: 'Reading the base…',
    standings: { normal: 'In service', 'held-open': 'Held open', locked: 'Locked' },
    fire: 'Fire alarm',
    since: (time) => `since ${time}`,
    actions: {
      'open-entry': 'Open the entry',
      'open-exit': 'Open the exit',
      'hold-open': 'Hold open',
      lock: 'Lock',
      normal: 'Back to normal',
    },
    actionLead: {
      'open-entry': 'One person can come in, counted like any other.',
      'open-exit': 'One person can leave, counted like any other.',
      'hold-open': 'Everybody can come in, with nothing to show, until the gate is back to normal.',
      lock: 'Nobody comes in any more but staff. The exit stays free.',
      normal: 'The gate decides by itself again.',
    },
    offline: 'The box of this club does not answer: an order would have no effect.',
    why: 'Why',
    reasons: {
      'forgotten-card': 'Card or phone forgotten',
      visitor: 'Visitor',
      delivery: 'Delivery',
      group: 'Group with a guide',
      cleaning: 'Cleaning',
      technical: 'Fault or repair',
      incident: 'Incident',
      other: 'Another reason',
    },
    words: 'In words',
    wordsHint: 'As you like, but needed for another reason. Kept with your name.',
    chooseReason: 'Choose a reason.',
    wordsTooShort: 'Write the reason in a few words.',
    notGiven: 'The order was not given. Try again in a moment.',
    orderOpen: 'An order to this gate is under way. Wait a few seconds.',
    back: 'Cancel',
    lastOrder: 'Last order',
    noOrder: 'No order so far.',
    statuses: {
      open: 'Under way',
      done: 'Done',
      expired: 'Too late, nothing was done',
      failed: 'Refused',
      'not-known': 'Outcome not known: the box started again',
      unanswered: 'No answer from the box',
    },
    faults: {
      'gate.no-answer': 'the board of the gate does not answer',
      'gate.refused': 'the gate is busy, or has refused',
      'gate.fire': 'fire alarm: the doors follow their wires',
      'gate.cannot-hold-open': 'nothing can hold it open',
      'transport.pulled': 'the cable of the board is out',
    },
    by: (name) => `by ${name}`,
    passages: (count) => (count === 1 ? '1 passage' : `${count} passages`),
    alarms: 'Alarms',
    alarmsOpen: 'alarms to look at',
    noAlarms: 'No alarm goes on or waits to be acknowledged.',
    kinds: {
      forced: 'Forced entry',
      'held-open': 'Door left open',
      fire: 'Fire alarm',
      tampered: 'Reader or board opened',
    },
    goesOn: (since) => `Goes on since ${since}`,
    wasOver: (from, to) => `From ${from} to ${to}`,
    times: (count) => `${count} times`,
    acknowledge: 'Acknowledge',
    acknowledgeLead: 'Kept with your name. The alarm goes on if it is not over.',
    note: 'What you found',
    noteHint: 'Three letters at least, such as “a child under the arm”.',
    acknowledged: (name, time) => `Acknowledged by ${name}, ${time}`,
    somebodyElse: 'Somebody else has acknowledged it meanwhile.',
    history: 'Before',
    orders: 'Orders',
    pastAlarms: 'Past alarms',
    noneYet: 'Nothing so far.',
    seeGates: 'See the gates',
  },
};

/** A fault in words; its code where there are none. */
export function faultWords(code: string, text: GateWords): string {
  return text.faults[code] ?? code;
}
