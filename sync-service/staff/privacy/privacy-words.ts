import type {
  ErasureRequestView,
  MatchKey,
  PurgeOrderView,
  RequestWay,
  StoreAnswerView,
} from '../../http/staff/privacy-view.ts';
import type { Language } from '../words.ts';

type Blocking = 'debt' | 'open-case' | 'open-order' | 'copy-awaited' | 'running-membership';
type Goes = 'particulars' | 'photos' | 'documents' | 'credentials' | 'entries' | 'words' | 'boxes';

export interface PrivacyWords {
  readonly privacy: string;
  readonly lead: string;
  readonly reading: string;
  readonly noAnswer: string;
  readonly refusedBecause: (code: string) => string;
  readonly refusals: Readonly<Record<string, string>>;
  readonly find: string;
  readonly findHint: string;
  readonly fields: Readonly<
    Record<'givenName' | 'familyName' | 'birthDate' | 'email' | 'phone' | 'reference', string>
  >;
  readonly look: string;
  readonly nobody: string;
  readonly found: (count: number) => string;
  readonly keys: Readonly<Record<MatchKey, string>>;
  readonly agreement: Readonly<Record<'same' | 'other' | 'not-known', string>>;
  readonly noName: string;
  readonly forgotten: string;
  /** What, and how it is: `Name: the same`. */
  readonly pair: (what: string, how: string) => string;
  readonly born: (day: string) => string;
  readonly since: (day: string) => string;
  readonly erasedAlready: string;
  readonly way: string;
  readonly ways: Readonly<Record<RequestWay, string>>;
  readonly thisPerson: string;
  readonly requests: string;
  readonly noRequests: string;
  readonly asked: (way: string, when: string, by: string) => string;
  readonly matchedBy: string;
  readonly states: Readonly<Record<ErasureRequestView['state'], string>>;
  readonly asks: Readonly<Record<ErasureRequestView['asks'], string>>;
  readonly answerBy: (day: string) => string;
  readonly seeCopy: string;
  /** What a request of a kiosk is worth: whoever finds a card can hold it there. */
  readonly onlyACard: string;
  readonly copyHint: string;
  readonly copyFile: string;
  readonly handedOver: string;
  readonly dryRun: string;
  readonly hide: string;
  readonly ofRecords: (count: number) => string;
  readonly goesTitle: string;
  readonly goes: Readonly<Record<Goes, (count: number) => string>>;
  readonly staysTitle: string;
  readonly stays: Readonly<
    Record<'sales' | 'contract' | 'mandate', (count: number, until: string) => string>
  >;
  readonly heldTitle: string;
  readonly held: Readonly<Record<Blocking, (count: number, amount: string) => string>>;
  readonly heldUntil: (until: string | null) => string;
  readonly reason: string;
  readonly reasonHint: string;
  readonly reasonTooShort: string;
  readonly erase: string;
  readonly sure: string;
  readonly eraseForGood: string;
  readonly decline: string;
  readonly withdraw: string;
  readonly back: string;
  readonly orders: string;
  readonly noOrders: string;
  readonly ordered: (when: string) => string;
  readonly why: Readonly<Record<PurgeOrderView['why'], string>>;
  readonly progress: Readonly<Record<PurgeOrderView['progress'], string>>;
  readonly answered: (settled: number, all: number) => string;
  readonly doneAt: (when: string) => string;
  readonly dueAt: (when: string) => string;
  readonly keptDocuments: (purpose: string, until: string) => string;
  readonly base: string;
  readonly boxes: string;
  readonly baseStores: Readonly<Record<string, string>>;
  readonly answers: Readonly<Record<StoreAnswerView['state'], string>>;
  readonly columns: Readonly<Record<'box' | 'answer' | 'told' | 'contact', string>>;
  readonly told: (times: number, when: string) => string;
  readonly overdue: string;
  readonly notInUse: string;
  readonly diskGone: string;
  /** Of a member whose key is missing: notes that name them could not be looked for. */
  readonly nameUnread: string;
  readonly wordsLookedFor: string;
  readonly log: string;
  readonly noLog: string;
  readonly byItself: string;
  readonly actions: Readonly<Record<string, string>>;
}

const fr: PrivacyWords = {
  privacy: 'Vie privée',
  lead: 'Qui demande une copie ou à être oublié, ce qui partirait, ce que la loi garde, et quel boîtier a répondu.',
  reading: 'Lecture…',
  noAnswer: 'La base ne répond pas. Rien n’a été changé. Réessayez dans un instant.',
  refusedBecause: (code) => `La base a refusé (${code}). Rien n’a été changé.`,
  refusals: {
    'erasure.too-little':
      'Donnez le nom entier avec la date de naissance, ou une adresse e-mail, un téléphone, une carte ou une vente.',
    'erasure.malformed': 'Un champ ne peut pas être lu. Vérifiez la date et l’adresse.',
    'erasure.already-open': 'Une demande de cette personne est déjà ouverte, ou elle est déjà oubliée.',
    'erasure.held': 'Quelque chose s’y oppose encore. Réglez-le d’abord.',
    'erasure.changed': 'Ce qui partirait a changé depuis. Regardez de nouveau.',
    'erasure.names-the-person': 'Le motif reste écrit pour toujours : n’y nommez pas la personne.',
    'erasure.not-open': 'Cette demande a déjà été close.',
    'erasure.box-in-use': 'Ce boîtier est en service : il répond lui-même.',
  },
  find: 'Trouver la personne',
  findHint:
    'Le nom avec la date de naissance, ou un seul des autres champs. La base liste tous ceux qui correspondent ; c’est vous qui choisissez. Rien de ce que vous tapez n’est conservé.',
  fields: {
    givenName: 'Prénom',
    familyName: 'Nom',
    birthDate: 'Date de naissance',
    email: 'Adresse e-mail',
    phone: 'Téléphone',
    reference: 'N° de carte ou de vente',
  },
  look: 'Chercher',
  nobody: 'Personne ne correspond.',
  found: (count) => (count === 1 ? '1 personne correspond' : `${count} personnes correspondent`),
  keys: {
    name: 'Nom',
    'birth-date': 'Naissance',
    email: 'E-mail',
    phone: 'Téléphone',
    reference: 'Carte ou vente',
    'member-id': 'Identifiant',
  },
  agreement: { same: 'identique', other: 'différent', 'not-known': 'inconnu' },
  noName: 'Sans nom',
  forgotten: 'Une personne oubliée',
  pair: (what, how) => `${what}\u00a0: ${how}`,
  born: (day) => `né(e) le ${day}`,
  since: (day) => `membre depuis le ${day}`,
  erasedAlready: 'Déjà oubliée',
  way: 'Comment la demande est venue',
  ways: {
    'in-person': 'En personne',
    'e-mail': 'Par e-mail',
    letter: 'Par courrier',
    phone: 'Par téléphone',
    kiosk: 'À la borne',
    guardian: 'Par le représentant légal',
    authority: 'Par une autorité',
    'other-base': 'Oubliée dans l’autre système de membres',
  },
  thisPerson: 'Ouvrir la demande de cette personne',
  requests: 'Demandes',
  noRequests: 'Aucune demande.',
  asked: (way, when, by) => `${way}, le ${when}, notée par ${by}`,
  matchedBy: 'Reconnue par',
  states: {
    open: 'Ouverte',
    'carried-out': 'Exécutée',
    'handed-over': 'Remise',
    withdrawn: 'Retirée',
    declined: 'Refusée',
  },
  asks: { copy: 'Copie de ses données', erasure: 'Être oublié' },
  answerBy: (day) => `réponse due avant le ${day}`,
  seeCopy: 'Préparer la copie',
  onlyACard:
    'À la borne, on n’a montré qu’une carte\u00a0: assurez-vous que c’est bien le membre qui demande.',
  copyHint: 'Remettez le fichier à la personne elle-même. La lecture est notée.',
  copyFile: 'Le fichier de ses données',
  handedOver: 'Copie remise',
  dryRun: 'Voir ce qui partirait',
  hide: 'Fermer',
  ofRecords: (count) => `Cette personne a ${count} fiches, réunies : tout est compté, et toutes partent.`,
  goesTitle: 'Partirait',
  goes: {
    particulars: (count) => (count > 0 ? 'Nom, naissance et contact' : 'Aucun nom, aucun contact'),
    photos: (count) => (count === 0 ? 'Aucune photo' : count === 1 ? '1 photo' : `${count} photos`),
    documents: (count) =>
      count === 0 ? 'Aucun document' : count === 1 ? '1 document signé' : `${count} documents signés`,
    credentials: (count) =>
      count === 1
        ? '1 carte ou pass, bloqué et sans numéro'
        : `${count} cartes et pass, bloqués et sans numéro`,
    entries: (count) =>
      count === 0
        ? 'Aucune ligne de passage'
        : count === 1
          ? '1 ligne de passage, détachée'
          : `${count} lignes de passage, détachées de la personne`,
    words: (count) =>
      count === 0
        ? 'Aucune note ne la nomme'
        : count === 1
          ? 'Son nom dans 1 note'
          : `Son nom dans ${count} notes`,
    boxes: (count) => (count === 1 ? 'Copies dans 1 boîtier' : `Copies dans ${count} boîtiers`),
  },
  staysTitle: 'Resterait',
  stays: {
    sales: (count) =>
      count === 1
        ? '1 vente et son inscription fiscale, sans la personne'
        : `${count} ventes et leurs inscriptions fiscales, sans la personne`,
    contract: (_count, until) => `Le contrat, sous clé, jusqu’au ${until} (prescription de cinq ans)`,
    mandate: (_count, until) => `Le mandat, sous clé, jusqu’au ${until} (contestation d’un prélèvement)`,
  },
  heldTitle: 'S’y oppose',
  held: {
    debt: (count, amount) => (count === 1 ? `Une dette de ${amount}` : `${count} dettes, ${amount} en tout`),
    'open-case': (count) => (count === 1 ? 'Un cas ouvert' : `${count} cas ouverts`),
    'open-order': (count) => (count === 1 ? 'Un ordre en attente à une borne' : `${count} ordres en attente`),
    'copy-awaited': () => 'Une copie demandée et pas encore remise',
    'running-membership': () => 'Un abonnement en cours',
  },
  heldUntil: (until) => (until === null ? 'sans date de fin' : `jusqu’au ${until}`),
  reason: 'Motif',
  reasonHint: 'Un numéro de dossier suffit. Reste écrit pour toujours : ne nommez pas la personne.',
  reasonTooShort: 'Écrivez le motif, en 3 caractères ou plus.',
  erase: 'Oublier cette personne…',
  sure: 'Rien de ce qui part ne peut être retrouvé, ni ici, ni dans une sauvegarde de ses documents.',
  eraseForGood: 'Oublier pour toujours',
  decline: 'Refuser la demande',
  withdraw: 'La personne la retire',
  back: 'Pas encore',
  orders: 'Ordres d’effacement',
  noOrders: 'Aucun ordre d’effacement.',
  ordered: (when) => `Ordonné le ${when}`,
  why: {
    request: 'sur demande',
    restored: 'après le retour d’une sauvegarde',
    'kept-long-enough': 'fin de conservation',
  },
  progress: { done: 'Terminé', overdue: 'En retard', 'under-way': 'En cours' },
  answered: (settled, all) => `${settled} réponses sur ${all}`,
  doneAt: (when) => `Terminé le ${when}`,
  dueAt: (when) => `Réponses attendues avant le ${when}`,
  keptDocuments: (purpose, until) =>
    `${purpose === 'contract' ? 'Contrat' : 'Mandat'} gardé sous clé jusqu’au ${until}`,
  base: 'La base',
  boxes: 'Les boîtiers',
  baseStores: {
    tables: 'Tables',
    words: 'Notes',
    documents: 'Documents',
    keys: 'Clés',
    feed: 'Envoi aux boîtiers',
    logs: 'Journaux',
  },
  answers: {
    outstanding: 'Pas de réponse',
    done: 'Effacé',
    'nothing-found': 'Rien trouvé',
    deferred: 'Reporté : attend la base',
    failed: 'Échec',
    'settled-by-hand': 'Réglé à la main',
  },
  columns: { box: 'Boîtier', answer: 'Réponse', told: 'Demandé', contact: 'Vu la dernière fois' },
  told: (times, when) => (times === 1 ? when : `${times} fois, la dernière le ${when}`),
  overdue: 'en retard',
  notInUse: 'hors service',
  diskGone: 'Son disque est détruit',
  nameUnread: 'Nom illisible, sa clé manque : cherchez vous-même les notes qui le nomment.',
  wordsLookedFor: 'Les notes ont été cherchées',
  log: 'Journal de la vie privée',
  noLog: 'Rien d’écrit.',
  byItself: 'La base',
  actions: {
    searched: 'a cherché une personne',
    'request-made': 'a ouvert une demande',
    'dry-run': 'a regardé ce qui partirait',
    'carried-out': 'a fait oublier une personne',
    declined: 'a refusé une demande',
    withdrawn: 'a noté le retrait d’une demande',
    'handed-over': 'a remis une copie',
    'store-settled-by-hand': 'a réglé une réponse à la main',
    'told-again': 'a redemandé à un boîtier',
    restored: 'a oublié de nouveau, après une sauvegarde',
    'documents-erased': 'a effacé des documents gardés assez longtemps',
    'kept-long-enough': 'a effacé une personne gardée assez longtemps',
  },
};

const en: PrivacyWords = {
  privacy: 'Privacy',
  lead: 'Who asks for a copy or to be forgotten, what would go, what the law keeps, and which box has answered.',
  reading: 'Reading…',
  noAnswer: 'The base does not answer. Nothing was changed. Try again in a moment.',
  refusedBecause: (code) => `The base refused (${code}). Nothing was changed.`,
  refusals: {
    'erasure.too-little':
      'Give the whole name with the birth date, or an e-mail address, a phone number, a card or a sale.',
    'erasure.malformed': 'A field cannot be read. Check the date and the address.',
    'erasure.already-open': 'A request of this person is open already, or they are forgotten already.',
    'erasure.held': 'Something still stands against it. Settle that first.',
    'erasure.changed': 'What would go has changed since. Look again.',
    'erasure.names-the-person': 'The reason stays written for good: do not name the person in it.',
    'erasure.not-open': 'This request was closed before.',
    'erasure.box-in-use': 'This box is in use: it answers for itself.',
  },
  find: 'Find the person',
  findHint:
    'The name with the birth date, or one of the other fields alone. The base lists everybody who agrees; you choose. Nothing that you type is kept.',
  fields: {
    givenName: 'Given name',
    familyName: 'Family name',
    birthDate: 'Birth date',
    email: 'E-mail address',
    phone: 'Phone',
    reference: 'No. of card or sale',
  },
  look: 'Search',
  nobody: 'Nobody agrees.',
  found: (count) => (count === 1 ? '1 person agrees' : `${count} persons agree`),
  keys: {
    name: 'Name',
    'birth-date': 'Birth',
    email: 'E-mail',
    phone: 'Phone',
    reference: 'Card or sale',
    'member-id': 'Id',
  },
  agreement: { same: 'the same', other: 'different', 'not-known': 'not known' },
  noName: 'No name',
  forgotten: 'A person who is forgotten',
  pair: (what, how) => `${what}: ${how}`,
  born: (day) => `born ${day}`,
  since: (day) => `member since ${day}`,
  erasedAlready: 'Forgotten already',
  way: 'How the request came',
  ways: {
    'in-person': 'In person',
    'e-mail': 'By e-mail',
    letter: 'By letter',
    phone: 'By phone',
    kiosk: 'At the kiosk',
    guardian: 'By the guardian',
    authority: 'By an authority',
    'other-base': 'Forgotten in the other member system',
  },
  thisPerson: 'Open a request of this person',
  requests: 'Requests',
  noRequests: 'No requests.',
  asked: (way, when, by) => `${way}, ${when}, taken down by ${by}`,
  matchedBy: 'Found by',
  states: {
    open: 'Open',
    'carried-out': 'Carried out',
    'handed-over': 'Handed over',
    withdrawn: 'Withdrawn',
    declined: 'Declined',
  },
  asks: { copy: 'A copy of their data', erasure: 'To be forgotten' },
  answerBy: (day) => `answer owed by ${day}`,
  seeCopy: 'Prepare the copy',
  onlyACard: 'At the kiosk nothing but a card was shown: make sure that it is the member who asks.',
  copyHint: 'Hand the file to the person themselves. That it was read is noted.',
  copyFile: 'The file of their data',
  handedOver: 'The copy was handed over',
  dryRun: 'See what would go',
  hide: 'Close',
  ofRecords: (count) => `This person has ${count} records, merged: all is counted, and all of them go.`,
  goesTitle: 'Would go',
  goes: {
    particulars: (count) => (count > 0 ? 'Name, birth date and contact' : 'No name, no contact'),
    photos: (count) => (count === 0 ? 'No photo' : count === 1 ? '1 photo' : `${count} photos`),
    documents: (count) =>
      count === 0 ? 'No document' : count === 1 ? '1 signed document' : `${count} signed documents`,
    credentials: (count) =>
      count === 1
        ? '1 card or pass, blocked and without a number'
        : `${count} cards and passes, blocked and without numbers`,
    entries: (count) =>
      count === 0
        ? 'No line of entries'
        : count === 1
          ? '1 line of entries, detached'
          : `${count} lines of entries, detached from the person`,
    words: (count) =>
      count === 0
        ? 'No note names them'
        : count === 1
          ? 'Their name in 1 note'
          : `Their name in ${count} notes`,
    boxes: (count) => (count === 1 ? 'Copies in 1 box' : `Copies in ${count} boxes`),
  },
  staysTitle: 'Would stay',
  stays: {
    sales: (count) =>
      count === 1
        ? '1 sale and its fiscal record, without the person'
        : `${count} sales and their fiscal records, without the person`,
    contract: (_count, until) => `The contract, under a key, until ${until} (five years to go to court)`,
    mandate: (_count, until) => `The mandate, under a key, until ${until} (time to contest a debit)`,
  },
  heldTitle: 'Stands against it',
  held: {
    debt: (count, amount) => (count === 1 ? `A debt of ${amount}` : `${count} debts, ${amount} in all`),
    'open-case': (count) => (count === 1 ? 'An open case' : `${count} open cases`),
    'open-order': (count) => (count === 1 ? 'An order that waits at a kiosk' : `${count} orders that wait`),
    'copy-awaited': () => 'A copy that was asked for and not handed over',
    'running-membership': () => 'A membership that runs',
  },
  heldUntil: (until) => (until === null ? 'without an end' : `until ${until}`),
  reason: 'Reason',
  reasonHint: 'The number of a file is enough. It stays written for good: do not name the person.',
  reasonTooShort: 'Write the reason, in 3 characters or more.',
  erase: 'Forget this person…',
  sure: 'Nothing of what goes can be brought back, neither here nor from a backup of their documents.',
  eraseForGood: 'Forget for good',
  decline: 'Decline the request',
  withdraw: 'The person withdraws it',
  back: 'Not yet',
  orders: 'Purge orders',
  noOrders: 'No purge orders.',
  ordered: (when) => `Ordered ${when}`,
  why: {
    request: 'on request',
    restored: 'after a backup was brought back',
    'kept-long-enough': 'end of keeping',
  },
  progress: { done: 'Done', overdue: 'Overdue', 'under-way': 'Under way' },
  answered: (settled, all) => `${settled} answers of ${all}`,
  doneAt: (when) => `Done ${when}`,
  dueAt: (when) => `Answers expected before ${when}`,
  keptDocuments: (purpose, until) =>
    `${purpose === 'contract' ? 'Contract' : 'Mandate'} kept under a key until ${until}`,
  base: 'The base',
  boxes: 'The boxes',
  baseStores: {
    tables: 'Tables',
    words: 'Notes',
    documents: 'Documents',
    keys: 'Keys',
    feed: 'Told to boxes',
    logs: 'Logs',
  },
  answers: {
    outstanding: 'No answer',
    done: 'Erased',
    'nothing-found': 'Nothing found',
    deferred: 'Deferred: waits for the base',
    failed: 'Failed',
    'settled-by-hand': 'Settled by hand',
  },
  columns: { box: 'Box', answer: 'Answer', told: 'Asked', contact: 'Last heard' },
  told: (times, when) => (times === 1 ? when : `${times} times, last ${when}`),
  overdue: 'overdue',
  notInUse: 'out of use',
  diskGone: 'Its disk is destroyed',
  nameUnread: 'Name not readable, its key is missing: look for notes that name them yourself.',
  wordsLookedFor: 'Notes were looked for',
  log: 'Privacy log',
  noLog: 'Nothing written.',
  byItself: 'The base',
  actions: {
    searched: 'searched for a person',
    'request-made': 'opened a request',
    'dry-run': 'looked at what would go',
    'carried-out': 'had a person forgotten',
    declined: 'declined a request',
    withdrawn: 'noted that a request was withdrawn',
    'handed-over': 'handed a copy over',
    'store-settled-by-hand': 'settled an answer by hand',
    'told-again': 'asked a box again',
    restored: 'forgot again, after a backup',
    'documents-erased': 'erased documents that were kept long enough',
    'kept-long-enough': 'erased a person who was kept long enough',
  },
};

export const privacyWords: Readonly<Record<Language, PrivacyWords>> = { fr, en };
