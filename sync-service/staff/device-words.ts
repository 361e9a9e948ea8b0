import type { ClockStanding } from '@portillon/core/base/clock-trust.ts';
import type { DeviceMark } from '@portillon/core/wire/messages.ts';
import type { Language } from './words.ts';

/** The words of the devices: what staff did to them on the spot. */
export interface DeviceWords {
  readonly devices: string;
  readonly boxes: string;
  readonly noBox: string;
  readonly kiosk: string;
  readonly gateBox: string;
  readonly online: string;
  readonly lastHeard: (at: string) => string;
  /** Of sales, with their photos, contracts and mandates. */
  readonly complete: string;
  readonly incomplete: (sales: number, since: string) => string;
  readonly apart: (offsetMs: number | null) => string;
  readonly clock: Readonly<Record<ClockStanding, (apart: string) => string>>;
  readonly clockNotTold: string;
  readonly setClock: string;
  readonly whySetClock: string;
  readonly setClockHint: string;
  readonly clockSent: string;
  readonly notAllowed: string;
  readonly back: string;
  readonly allReady: (devices: number) => string;
  readonly deviceOf: (name: string) => string;
  readonly deviceState: (status: string, fault: string | null) => string;
  readonly since: (at: string) => string;
  /** In the dispenser, by the count of the box. */
  readonly cards: (cards: number) => string;
  /** What the devices are. */
  readonly inventory: string;
  readonly marks: Readonly<Record<DeviceMark, (mark: string) => string>>;
  readonly byConfiguration: string;
  readonly interventions: string;
  readonly lead: string;
  readonly loading: string;
  readonly noAnswer: string;
  readonly none: string;
  readonly dispenser: string;
  readonly by: (name: string) => string;
  readonly somebody: string;
  readonly cause: (code: string) => string;
  readonly noCause: string;
  readonly outcome: Readonly<Record<'ready' | 'not-ready', string>>;
  readonly filled: (cards: number) => string;
  readonly emptied: (cards: number) => string;
  readonly takenByHand: (cards: number) => string;
  readonly tally: string;
  readonly bin: (cards: number) => string;
  readonly path: (cards: number) => string;
}

const plural = (count: number, one: string, more: string) => `${count} ${Math.abs(count) === 1 ? one : more}`;
const signed = (count: number) => (count > 0 ? `+${count}` : `−${Math.abs(count)}`);

interface Units {
  readonly day: string;
  readonly hour: string;
  readonly minute: string;
  readonly second: string;
}

/** The two largest units of a span; empty where it is not known. */
function spanOf(offsetMs: number | null, units: Units): string {
  if (offsetMs === null) return '';
  const seconds = Math.round(Math.abs(offsetMs) / 1_000);
  const parts = [
    [Math.floor(seconds / 86_400), units.day],
    [Math.floor((seconds % 86_400) / 3_600), units.hour],
    [Math.floor((seconds % 3_600) / 60), units.minute],
    [seconds % 60, units.second],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  const told = parts.slice(first === -1 ? 3 : first).slice(0, 2);
  return told
    .filter(([count], index) => count > 0 || index === 0)
    .map(([count, unit]) => `${count}\u00a0${unit}`)
    .join(' ');
}

/** `gate-1.exit-reader` is the exit reader of `gate-1`; a name that is not known is shown as it is. */
function named(name: string, known: Readonly<Record<string, string>>): string {
  const dot = name.lastIndexOf('.');
  const part = known[name] ?? known[name.slice(dot + 1)];
  if (part === undefined) return name;
  return dot === -1 || known[name] !== undefined ? part : `${name.slice(0, dot)}, ${part.toLowerCase()}`;
}

/** By the whole code, by what stands before its dot, or by the status; with the code, which the page of faults explains. */
function stateIn(words: Readonly<Record<string, string>>, status: string, fault: string | null): string {
  const known =
    fault === null ? words[status] : (words[fault] ?? words[fault.split('.', 1)[0] ?? ''] ?? words[status]);
  return [known ?? status, fault === null ? '' : `(${fault})`].join(' ').trim();
}

export const deviceWords: Readonly<Record<Language, DeviceWords>> = {
  fr: {
    devices: 'Appareils',
    boxes: 'Boîtiers',
    noBox: 'Aucun boîtier n’est encore enrôlé.',
    kiosk: 'borne',
    gateBox: 'contrôleur de tourniquets',
    online: 'En ligne',
    lastHeard: (at) => `Hors ligne, entendu le ${at}`,
    complete: 'Toutes les ventes ont leurs pièces.',
    incomplete: (sales, since) =>
      `${plural(sales, 'vente attend', 'ventes attendent')} encore une photo ou un document, la plus ancienne depuis le ${since}.`,
    apart: (offsetMs) => spanOf(offsetMs, { day: 'j', hour: 'h', minute: 'min', second: 's' }),
    clock: {
      right: () => 'Horloge à l’heure.',
      'set-back': (apart) =>
        `Horloge en retard${apart && ` de ${apart}`} : le boîtier compte le temps lui-même.`,
      ahead: (apart) => `Horloge en avance${apart && ` de ${apart}`} : le boîtier compte le temps lui-même.`,
      'unlike-base': (apart) =>
        `L’horloge de la base s’écarte de la sienne${apart && ` de ${apart}`} : le boîtier ne la suit pas.`,
    },
    clockNotTold: 'Ce boîtier ne dit rien de son horloge : sa version est antérieure.',
    setClock: 'Mettre à l’heure de la base',
    whySetClock: 'Pourquoi',
    setClockHint: 'Vérifiez d’abord l’heure de la base. Vos mots restent.',
    clockSent: 'Le boîtier reçoit l’ordre dès qu’il est en ligne, pendant dix minutes.',
    notAllowed: 'Seul un administrateur du réseau peut le faire.',
    back: 'Retour',
    allReady: (devices) =>
      devices === 1 ? 'Son appareil est prêt.' : `Ses ${devices} appareils sont prêts.`,
    deviceOf: (name) =>
      named(name, {
        terminal: 'Terminal de paiement',
        camera: 'Caméra',
        dispenser: 'Distributeur de cartes',
        printer: 'Imprimante',
        'printer.spare': 'Imprimante de secours',
        reader: 'Lecteur de cartes',
        board: 'Carte de commande',
        scanner: 'Lecteur de codes',
        'badge-reader': 'Lecteur de badges',
        'exit-reader': 'Lecteur de sortie',
        'exit-scanner': 'Lecteur de codes de sortie',
        'exit-badge-reader': 'Lecteur de badges de sortie',
      }),
    deviceState: (status, fault) =>
      stateIn(
        {
          ready: 'prêt',
          starting: 'démarre',
          faulted: 'en panne',
          disconnected: 'ne répond pas',
          stopped: 'arrêté',
          transport: 'ne répond pas : câble ou courant',
          line: 'ne répond pas comme il faut',
          'dispenser.card-jam': 'carte coincée',
          'dispenser.stacker-empty': 'plus de cartes',
          'dispenser.stacker-low': 'bientôt plus de cartes',
          'dispenser.bin-full': 'bac plein',
          'printer.paper-out': 'plus de papier',
          'printer.paper-low': 'bientôt plus de papier',
          'printer.cover-open': 'capot ouvert',
          'terminal.out-of-order': 'hors service',
          'gate.fire': 'alarme incendie',
          'gate.sensor-stuck': 'capteur bloqué',
          'gate.held-open': 'resté ouvert',
          'reader.tampered': 'boîtier ouvert',
        },
        status,
        fault,
      ),
    since: (at) => `depuis le ${at}`,
    cards: (cards) => `${plural(cards, 'carte', 'cartes')} d’après son compte.`,
    inventory: 'Ce que sont ses appareils',
    marks: {
      model: (mark) => `modèle ${mark}`,
      serial: (mark) => `n° de série ${mark}`,
      terminalId: (mark) => `terminal n° ${mark}`,
      contract: (mark) => `contrat ${mark}`,
      software: (mark) => `logiciel ${mark}`,
    },
    byConfiguration: 'd’après la configuration',
    interventions: 'Interventions',
    lead: 'Ce que le personnel a fait sur place aux distributeurs de cartes. Il présente sa carte à la borne, qui le guide pas à pas.',
    loading: 'Lecture des interventions…',
    noAnswer: 'La base ne répond pas. Réessayez dans un instant.',
    none: 'Aucune intervention n’a encore été signalée.',
    dispenser: 'Distributeur de cartes',
    by: (name) => `par ${name}`,
    somebody: 'une carte du personnel inconnue de la base',
    cause: (code) => `Motif : ${code}`,
    noCause: 'Sans panne',
    outcome: { ready: 'en service', 'not-ready': 'pas en service' },
    filled: (cards) => plural(cards, 'carte mise', 'cartes mises'),
    emptied: (cards) => `bac vidé : ${plural(cards, 'carte', 'cartes')}`,
    takenByHand: (cards) => plural(cards, 'carte retirée à la main', 'cartes retirées à la main'),
    tally: 'Le compte est bon.',
    bin: (cards) => `Bac : ${signed(cards)} par rapport au compte de la borne.`,
    path: (cards) => `Cartes sorties et remises : ${signed(cards)}.`,
  },
  en: {
    devices: 'Devices',
    boxes: 'Boxes',
    noBox: 'No box is enrolled yet.',
    kiosk: 'kiosk',
    gateBox: 'gate controller',
    online: 'Online',
    lastHeard: (at) => `Offline, last heard ${at}`,
    complete: 'Every sale has its documents.',
    incomplete: (sales, since) =>
      `${plural(sales, 'sale still waits', 'sales still wait')} for a photo or a document, the oldest since ${since}.`,
    apart: (offsetMs) => spanOf(offsetMs, { day: 'd', hour: 'h', minute: 'min', second: 's' }),
    clock: {
      right: () => 'The clock is right.',
      'set-back': (apart) => `The clock is${apart && ` ${apart}`} behind: the box counts time by itself.`,
      ahead: (apart) => `The clock is${apart && ` ${apart}`} ahead: the box counts time by itself.`,
      'unlike-base': (apart) =>
        `The base’s clock is${apart && ` ${apart}`} off its own: the box does not follow it.`,
    },
    clockNotTold: 'This box says nothing of its clock: it is of an earlier version.',
    setClock: 'Set by the base’s clock',
    whySetClock: 'Why',
    setClockHint: 'Check the base’s clock first. Your words stay.',
    clockSent: 'The box gets the order as soon as it is online, for ten minutes.',
    notAllowed: 'Only an administrator of the network may do that.',
    back: 'Back',
    allReady: (devices) => (devices === 1 ? 'Its device is ready.' : `Its ${devices} devices are ready.`),
    deviceOf: (name) =>
      named(name, {
        terminal: 'Payment terminal',
        camera: 'Camera',
        dispenser: 'Card dispenser',
        printer: 'Printer',
        'printer.spare': 'Spare printer',
        reader: 'Card reader',
        board: 'Control board',
        scanner: 'Code reader',
        'badge-reader': 'Badge reader',
        'exit-reader': 'Exit reader',
        'exit-scanner': 'Exit code reader',
        'exit-badge-reader': 'Exit badge reader',
      }),
    deviceState: (status, fault) =>
      stateIn(
        {
          ready: 'ready',
          starting: 'starts',
          faulted: 'at fault',
          disconnected: 'does not answer',
          stopped: 'stopped',
          transport: 'does not answer: cable or power',
          line: 'does not answer as it should',
          'dispenser.card-jam': 'card jammed',
          'dispenser.stacker-empty': 'no cards left',
          'dispenser.stacker-low': 'few cards left',
          'dispenser.bin-full': 'bin full',
          'printer.paper-out': 'no paper left',
          'printer.paper-low': 'little paper left',
          'printer.cover-open': 'cover open',
          'terminal.out-of-order': 'out of order',
          'gate.fire': 'fire alarm',
          'gate.sensor-stuck': 'sensor stuck',
          'gate.held-open': 'left open',
          'reader.tampered': 'housing open',
        },
        status,
        fault,
      ),
    since: (at) => `since ${at}`,
    cards: (cards) => `${plural(cards, 'card', 'cards')} by its count.`,
    inventory: 'What its devices are',
    marks: {
      model: (mark) => `model ${mark}`,
      serial: (mark) => `serial no. ${mark}`,
      terminalId: (mark) => `terminal no. ${mark}`,
      contract: (mark) => `contract ${mark}`,
      software: (mark) => `software ${mark}`,
    },
    byConfiguration: 'by the configuration',
    interventions: 'Interventions',
    lead: 'What staff did to the card dispensers on the spot. They hold their card to the kiosk, which leads them step by step.',
    loading: 'Reading the interventions…',
    noAnswer: 'The base does not answer. Try again in a moment.',
    none: 'No intervention has been reported yet.',
    dispenser: 'Card dispenser',
    by: (name) => `by ${name}`,
    somebody: 'a staff card that the base does not know',
    cause: (code) => `Cause: ${code}`,
    noCause: 'No fault',
    outcome: { ready: 'at work', 'not-ready': 'not at work' },
    filled: (cards) => `${plural(cards, 'card', 'cards')} put in`,
    emptied: (cards) => `bin emptied: ${plural(cards, 'card', 'cards')}`,
    takenByHand: (cards) => `${plural(cards, 'card', 'cards')} taken out by hand`,
    tally: 'The count is right.',
    bin: (cards) => `Bin: ${signed(cards)} against the count of the kiosk.`,
    path: (cards) => `Cards fed and handed over: ${signed(cards)}.`,
  },
};
