import type { CaseOutcome, ShownCaseKind } from '../http/staff/case-view.ts';
import type { Language } from './words.ts';

interface KindWords {
  readonly title: string;
  readonly happened: string;
  /** What is owed, and to whom. Null stands for no amount. */
  readonly owed: (amount: string | null) => string;
  readonly doNow: string;
}

/** The words of the cases: what happened, what is owed to whom, what to do now. */
export interface CaseWords {
  readonly cases: string;
  readonly open: string;
  readonly allClubs: string;
  readonly club: string;
  readonly none: string;
  readonly notShown: (count: number) => string;
  readonly settledNotShown: (count: number) => string;
  readonly showMore: string;
  readonly showMoreSettled: string;
  readonly loading: string;
  readonly noAnswer: string;
  readonly happened: string;
  readonly owed: string;
  readonly doNow: string;
  readonly amount: string;
  readonly reference: string;
  readonly fiscalRecord: (no: number) => string;
  readonly member: string;
  readonly tried: string;
  readonly nothingTried: string;
  readonly detail: string;
  readonly settle: string;
  readonly orderWays: Readonly<Record<'refund' | 'card', string>>;
  readonly orderOpen: string;
  readonly settleThis: string;
  readonly back: string;
  readonly howItEnded: string;
  readonly whatWasDone: string;
  readonly wordsHint: string;
  readonly chooseOutcome: string;
  readonly wordsTooShort: string;
  readonly settled: string;
  readonly noneSettled: string;
  readonly settledNow: (title: string) => string;
  readonly settledByOther: (title: string, by: string, time: string, outcome: string) => string;
  readonly notSettled: string;
  readonly by: (name: string) => string;
  readonly outcomes: Readonly<Record<CaseOutcome, string>>;
  readonly kinds: Readonly<Record<ShownCaseKind, KindWords>>;
}

export const caseWords: Readonly<Record<Language, CaseWords>> = {
  fr: {
    cases: 'Cas à régler',
    open: 'ouverts',
    allClubs: 'Tous les clubs',
    club: 'Club',
    none: 'Aucun cas à régler.',
    notShown: (count) => `Et ${count} de plus à régler.`,
    settledNotShown: (count) => `Et ${count} de plus, réglés avant.`,
    showMore: 'Montrer plus de cas à régler',
    showMoreSettled: 'Montrer plus de cas réglés',
    loading: 'Lecture des cas…',
    noAnswer: 'La base ne répond pas. La liste peut être ancienne.',
    happened: 'Ce qui s’est passé',
    owed: 'Ce qui est dû',
    doNow: 'À faire maintenant',
    amount: 'Montant',
    reference: 'Référence',
    fiscalRecord: (no) => `écriture fiscale n°\u00a0${no}`,
    member: 'Membre',
    tried: 'Déjà essayé par la machine',
    nothingTried: 'Rien de connu.',
    detail: 'Détail technique',
    settle: 'Régler',
    orderWays: { refund: 'Faire rembourser par la borne', card: 'Faire faire la carte par la borne' },
    orderOpen: 'Un ordre attend le client à la borne.',
    settleThis: 'Régler ce cas',
    back: 'Pas encore',
    howItEnded: 'Comment cela s’est terminé',
    whatWasDone: 'Ce qui a été fait',
    wordsHint: 'De 3 à 300 caractères. Reste écrit pour toujours.',
    chooseOutcome: 'Choisissez comment cela s’est terminé.',
    wordsTooShort: 'Écrivez ce qui a été fait, en 3 caractères au moins.',
    settled: 'Réglés',
    noneSettled: 'Aucun cas réglé.',
    settledNow: (title) => `Réglé : ${title}.`,
    settledByOther: (title, by, time, outcome) =>
      `${title} : déjà réglé par ${by}, ${time} (${outcome}). Rien n’a été ajouté.`,
    notSettled: 'La base ne répond pas : le cas reste ouvert. Réessayez dans un instant.',
    by: (name) => `par ${name}`,
    outcomes: {
      'refunded-at-terminal': 'Remboursé au terminal',
      'refunded-by-transfer': 'Remboursé par virement',
      'card-handed-over': 'Carte remise',
      'mandate-signed': 'Mandat signé',
      'not-wanted': 'Le client n’en veut pas',
      'money-not-taken': 'L’argent n’a pas été pris',
      other: 'Autre',
      'different-persons': 'Deux personnes différentes',
      merged: 'Une seule personne : fiches réunies',
    },
    kinds: {
      'payment-in-doubt': {
        title: 'Paiement incertain',
        happened: 'Le terminal n’a pas su dire si l’argent a été pris. La vente s’est arrêtée là.',
        owed: (amount) =>
          amount === null
            ? 'Au client, ce que le terminal a pris.'
            : `${amount} au client, si le terminal les a pris.`,
        doNow:
          'Cherchez la référence dans les opérations du terminal. Si l’argent a été pris, remboursez-le. N’encaissez jamais une seconde fois pour voir.',
      },
      'hand-over-card': {
        title: 'Carte à remettre',
        happened: 'La carte est payée. Le client ne l’a pas prise, ou la machine n’en est pas sûre.',
        owed: () => 'Une carte au client.',
        doNow: 'Regardez dans le bac de la machine, puis remettez sa carte au client.',
      },
      'refund-failed': {
        title: 'Remboursement échoué',
        happened: 'La vente a été annulée après le paiement, et la machine n’a pas pu rendre l’argent.',
        owed: (amount) => (amount === null ? 'Au client, ce qu’il a payé.' : `${amount} au client.`),
        doNow: 'Remboursez au terminal, sinon par virement.',
      },
      'refund-in-doubt': {
        title: 'Remboursement incertain',
        happened:
          'Le terminal devait rendre de l’argent. Il n’a pas su dire s’il l’a fait, ou la machine n’a pas pu l’inscrire.',
        owed: (amount) =>
          amount === null
            ? 'Au client, ce qui devait être rendu, si le terminal ne l’a pas fait.'
            : `${amount} au client, si le terminal ne les a pas rendus.`,
        doNow:
          'Cherchez la référence dans les opérations du terminal. Rendu : réglez « Remboursé au terminal ». Sinon réglez « Autre », puis donnez un nouvel ordre.',
      },
      'paid-not-served': {
        title: 'Payé, rien reçu',
        happened: 'L’argent a été pris, et le client n’a rien reçu.',
        owed: (amount) =>
          amount === null ? 'Au client, ce qu’il a payé.' : `${amount} au client, ou ce qu’il a payé.`,
        doNow: 'Remettez au client ce qu’il a payé. S’il n’en veut plus, remboursez.',
      },
      'card-out-unpaid': {
        title: 'Carte sortie sans paiement',
        happened: 'Une carte a quitté la machine sans être payée. Elle n’ouvre aucun tourniquet.',
        owed: () => 'Rien au client. La carte appartient au club.',
        doNow: 'Reprenez la carte si vous le pouvez. Vérifiez que le distributeur n’a pas été forcé.',
      },
      'totals-differ': {
        title: 'Totaux différents',
        happened: 'Le terminal et les ventes de la journée n’arrivent pas au même total.',
        owed: (amount) => (amount === null ? 'Rien de connu.' : `Écart de ${amount}, à expliquer.`),
        doNow: 'Comparez les opérations du terminal avec les ventes, une par une.',
      },
      'offline-approvals-old': {
        title: 'Paiements sans la banque',
        happened:
          'Le terminal a accepté des paiements sans joindre la banque, et ils attendent depuis trop longtemps. La borne ne vend plus.',
        owed: (amount) => `${amount ?? 'Ces paiements'} au club, si la banque les accepte.`,
        doNow:
          'Rétablissez la ligne du terminal vers la banque. La borne les fait régler à sa prochaine fin de journée, puis vend de nouveau.',
      },
      'journal-rolled-back': {
        title: 'Journal fiscal incomplet',
        happened:
          'Le journal fiscal d’un boîtier contient moins qu’avant : fin coupée, ancienne copie du disque ou journal perdu.',
        owed: () => 'Rien au client.',
        doNow: 'Ne vendez plus avec ce boîtier et n’y effacez rien. Prévenez le support et la comptabilité.',
      },
      'staff-called': {
        title: 'Appel à la borne',
        happened: 'Quelqu’un demande de l’aide à une borne.',
        owed: () => 'Un peu d’aide.',
        doNow: 'Allez à la borne, ou appelez le club si personne n’y est.',
      },
      'print-in-doubt': {
        title: 'Impression incertaine',
        happened: 'La machine ne sait pas si le reçu a été imprimé.',
        owed: () => 'Un reçu au client, s’il n’en a pas.',
        doNow: 'Demandez au client. Un second reçu porte le mot « duplicata ».',
      },
      'mandate-missing': {
        title: 'Mandat à signer',
        happened: 'Le membre n’avait pas son IBAN à la borne. Aucun mandat de prélèvement n’est signé.',
        owed: () => 'Rien au client. Sans mandat, le club ne peut pas prélever les mois suivants.',
        doNow:
          'Faites signer le mandat au membre à sa prochaine visite, avant le premier prélèvement. Si la vente a été annulée, il n’y a rien à signer.',
      },
      'order-not-open': {
        title: 'Ordre exécuté à tort',
        happened:
          'Une borne a exécuté un ordre que la base ne tenait plus pour ouvert, ou autrement que demandé, ou elle a rendu plus que ce qui avait été payé.',
        owed: (amount) =>
          amount === null ? 'Rien au client.' : `Rien au client. Montant en cause : ${amount}.`,
        doNow:
          'Comparez l’ordre, le reçu et les opérations du terminal. Prévenez la comptabilité si de l’argent est sorti en trop.',
      },
      'order-waits': {
        title: 'Commande en attente d’une borne muette',
        happened:
          'Une commande de la boutique en ligne n’est connue que d’une borne, et la base n’a plus de nouvelles de cette borne depuis plus d’un jour. Elle a peut-être déjà fait la carte.',
        owed: () => 'Une carte au client, payée à la boutique en ligne.',
        doNow:
          'Remettez la borne en route : la commande s’y retire alors comme avant. Si elle ne revient pas, regardez si le client a sa carte ; sinon, annulez l’ordre (page Ordres) et demandez à la boutique d’en passer un autre.',
      },
      'unreadable-attachment': {
        title: 'Pièce illisible',
        happened:
          'Une photo, un contrat, un mandat ou une fiche de membre est arrivé sans pouvoir être ouvert.',
        owed: () => 'Rien au client.',
        doNow: 'Prévenez le support. Complétez la fiche à la prochaine visite du membre.',
      },
      'badge-copied': {
        title: 'Badge ou code copié',
        happened:
          'Un ancien badge, ou un ancien code, est entré dans deux clubs en moins de temps qu’il n’en faut pour aller de l’un à l’autre.',
        owed: () => 'Rien au client.',
        doNow: 'Bloquez-le et donnez au membre une carte ou un pass, qui ne se copient pas.',
      },
      'ticket-used-twice': {
        title: 'Ticket utilisé deux fois',
        happened:
          'Un ticket pour une entrée a fait entrer deux fois, à des tourniquets qui ne se voyaient pas sur le réseau.',
        owed: () => 'Rien au client.',
        doNow:
          'Rétablissez le réseau entre les tourniquets. Si cela se répète, cherchez qui copie des tickets.',
      },
      'price-differs': {
        title: 'Prix différent',
        happened:
          'La borne a encaissé un autre prix que celui qui valait ce jour-là dans ce club. La vente compte, rien n’a été refusé.',
        owed: (amount) =>
          amount === null
            ? 'Rien au client : il n’a pas payé plus que le prix.'
            : `Ce que le client a payé en trop : ${amount}.`,
        doNow:
          'Comparez avec les prix du club, sous « Accès ». Rendez la différence si le client a payé trop. Si la borne était coupée du réseau, rétablissez-le.',
      },
      'decided-in-outage': {
        title: 'Décidé hors ligne',
        happened:
          'Le club était coupé du réseau. Le tourniquet a décidé sur d’anciennes données, autrement que la base ne l’aurait fait.',
        owed: () => 'Rien au client, sauf ce que l’équipe a écrit plus bas.',
        doNow: 'Voyez avec le membre ce qui est juste. Rien n’a été changé tout seul.',
      },
      'purge-overdue': {
        title: 'Effacement sans réponse',
        happened:
          'Un boîtier doit effacer les données d’une personne et n’a pas répondu à temps. La base le lui redemande chaque jour.',
        owed: () => 'À la personne : que ses données soient effacées partout.',
        doNow:
          'Remettez le boîtier en ligne, ou mettez-le à jour. S’il est hors service et son disque détruit, dites-le sous « Vie privée ».',
      },
      'other-sellers-terminal': {
        title: 'Argent chez un autre',
        happened:
          'Une vente a été payée sur un terminal dont le contrat n’est pas de ceux du vendeur : l’argent arrive sur le compte d’un autre.',
        owed: (amount) =>
          amount === null
            ? 'Rien au client.'
            : `Rien au client. Au vendeur : ${amount}, et les ventes suivantes.`,
        doNow:
          'Comparez le contrat du ticket et celui du vendeur. Remplacez le terminal, ou faites ajouter son contrat au vendeur par le siège.',
      },
      'terminal-not-expected': {
        title: 'Terminal de paiement inattendu',
        happened:
          'Le terminal de paiement de cette borne n’est pas celui qu’on y connaît : un autre a pris sa place, il vient d’un autre club, ou il n’est pas sur la liste du vendeur.',
        owed: () => 'Rien au client.',
        doNow:
          'Si personne n’a annoncé ce changement, arrêtez les ventes par carte : un terminal peut être échangé pour voler des cartes. Comparez le numéro de série sur l’appareil, cherchez des traces, appelez le siège.',
      },
      'same-person': {
        title: 'Peut-être la même personne',
        happened:
          'Deux fiches portent les mêmes coordonnées : une carte prise à la borne et une commande en ligne, par exemple. Rien n’a été réuni.',
        owed: () => 'Rien au client.',
        doNow:
          'Comparez les deux fiches et demandez au membre. Un responsable les réunit ; si ce sont deux personnes, réglez ainsi.',
      },
      'other-base-refused': {
        title: 'Refusé par l’autre système',
        happened:
          'L’autre base de membres a refusé pour de bon ce que celle-ci lui a dit, par exemple un abonnement vendu à une borne.',
        owed: () => 'Rien au client. Il entre comme prévu.',
        doNow:
          'Lisez la raison, corrigez le fichier de correspondance ou l’autre système, puis renvoyez\u00a0: «\u00a0base -- adapter resend\u00a0».',
      },
      'other-base-differs': {
        title: 'Changé des deux côtés',
        happened:
          'La même donnée a été changée ici et dans l’autre système. L’autre système l’emporte\u00a0; les deux valeurs sont plus bas.',
        owed: () => 'Rien de connu. Si une vente ne compte plus, ce qui a été payé.',
        doNow:
          'Comparez les deux valeurs avec le membre. Corrigez dans l’autre système si la valeur d’ici était la bonne.',
      },
      'other-base-unusable': {
        title: 'Donnée inutilisable',
        happened:
          'L’autre système a envoyé une donnée que la base n’a pas pu appliquer. Elle est mise de côté, la suite continue.',
        owed: () => 'Rien au client, sauf s’il attend un abonnement ou une carte.',
        doNow:
          'Lisez la raison, corrigez dans l’autre système ou dans le fichier de correspondance, puis «\u00a0base -- adapter retry\u00a0».',
      },
      'other-base-gone': {
        title: 'Disparu de l’autre système',
        happened: 'L’autre système ne connaît plus ce membre. Plus rien ne lui ouvre.',
        owed: () => 'À la personne\u00a0: que ses données soient effacées, si elle l’a demandé là-bas.',
        doNow:
          'Si elle y a été oubliée, la demande attend sous «\u00a0Vie privée\u00a0»\u00a0: traitez-la. Sinon, demandez-lui, ou faites rétablir le membre dans l’autre système.',
      },
      'paid-twice': {
        title: 'Payé deux fois',
        happened: 'Le membre a payé une période ou une dette qui était déjà payée, à une borne sans réseau.',
        owed: (amount) => (amount === null ? 'Au membre, ce qu’il a payé.' : `${amount} au membre.`),
        doNow: 'Remboursez au terminal ou par virement, ou convenez avec le membre de ce qu’il reçoit.',
      },
    },
  },
  en: {
    cases: 'Cases',
    open: 'open',
    allClubs: 'All clubs',
    club: 'Club',
    none: 'No case to settle.',
    notShown: (count) => `And ${count} more to settle.`,
    settledNotShown: (count) => `And ${count} more, settled before.`,
    showMore: 'Show more open cases',
    showMoreSettled: 'Show more settled cases',
    loading: 'Reading the cases…',
    noAnswer: 'The base does not answer. The list may be old.',
    happened: 'What happened',
    owed: 'What is owed',
    doNow: 'What to do now',
    amount: 'Amount',
    reference: 'Reference',
    fiscalRecord: (no) => `fiscal record no.\u00a0${no}`,
    member: 'Member',
    tried: 'Tried by the machine',
    nothingTried: 'Nothing known.',
    detail: 'Technical detail',
    settle: 'Settle',
    orderWays: { refund: 'Let the kiosk refund it', card: 'Let the kiosk make the card' },
    orderOpen: 'An order waits for the customer at the kiosk.',
    settleThis: 'Settle this case',
    back: 'Not yet',
    howItEnded: 'How it ended',
    whatWasDone: 'What was done',
    wordsHint: '3 to 300 characters. Stays written for good.',
    chooseOutcome: 'Choose how it ended.',
    wordsTooShort: 'Write what was done, in 3 characters or more.',
    settled: 'Settled',
    noneSettled: 'No settled cases.',
    settledNow: (title) => `Settled: ${title}.`,
    settledByOther: (title, by, time, outcome) =>
      `${title}: already settled by ${by}, ${time} (${outcome}). Nothing was added.`,
    notSettled: 'The base does not answer: the case stays open. Try again in a moment.',
    by: (name) => `by ${name}`,
    outcomes: {
      'refunded-at-terminal': 'Refunded at the terminal',
      'refunded-by-transfer': 'Refunded by transfer',
      'card-handed-over': 'Card handed over',
      'mandate-signed': 'Mandate signed',
      'not-wanted': 'The customer does not want it',
      'money-not-taken': 'The money was not taken',
      other: 'Other',
      'different-persons': 'Two different persons',
      merged: 'One person: records merged',
    },
    kinds: {
      'payment-in-doubt': {
        title: 'Payment in doubt',
        happened: 'The terminal could not say whether the money was taken. The sale stopped there.',
        owed: (amount) =>
          amount === null
            ? 'To the customer, what the terminal has taken.'
            : `${amount} to the customer, if the terminal has taken it.`,
        doNow:
          'Look for the reference in the operations of the terminal. If the money was taken, refund it. Never charge a second time to find out.',
      },
      'hand-over-card': {
        title: 'Card to hand over',
        happened: 'The card is paid for. The customer did not take it, or the machine is not sure.',
        owed: () => 'A card to the customer.',
        doNow: 'Look into the bin of the machine, then give the customer the card.',
      },
      'refund-failed': {
        title: 'Refund failed',
        happened: 'The sale was undone after the payment, and the machine could not give the money back.',
        owed: (amount) =>
          amount === null ? 'To the customer, what they paid.' : `${amount} to the customer.`,
        doNow: 'Refund at the terminal, otherwise by transfer.',
      },
      'refund-in-doubt': {
        title: 'Refund in doubt',
        happened:
          'The terminal was to give money back. It could not say whether it did, or the machine could not write it down.',
        owed: (amount) =>
          amount === null
            ? 'To the customer, what was to be given back, if the terminal did not do it.'
            : `${amount} to the customer, if the terminal did not give it back.`,
        doNow:
          'Look for the reference in the operations of the terminal. Given back: settle as “Refunded at the terminal”. If not, settle as “Other”, then give a new order.',
      },
      'paid-not-served': {
        title: 'Paid, nothing received',
        happened: 'The money was taken, and the customer received nothing.',
        owed: (amount) =>
          amount === null
            ? 'To the customer, what they paid.'
            : `${amount} to the customer, or what they paid for.`,
        doNow: 'Give the customer what they paid for. If they no longer want it, refund.',
      },
      'card-out-unpaid': {
        title: 'Card out, not paid',
        happened: 'A card left the machine and was not paid for. It opens no gate.',
        owed: () => 'Nothing to the customer. The card is the club’s.',
        doNow: 'Take the card back if you can. Check that the dispenser was not forced.',
      },
      'totals-differ': {
        title: 'Totals differ',
        happened: 'The terminal and the sales of the day do not come to the same total.',
        owed: (amount) =>
          amount === null ? 'Nothing known.' : `A difference of ${amount}, to be explained.`,
        doNow: 'Compare the operations of the terminal with the sales, one by one.',
      },
      'offline-approvals-old': {
        title: 'Payments without the bank',
        happened:
          'The terminal has approved payments without reaching the bank, and they have waited too long. The kiosk sells nothing.',
        owed: (amount) => `${amount ?? 'These payments'} to the club, if the bank takes them.`,
        doNow:
          'Give the terminal its line to the bank back. The kiosk has them settled at its next end of day, then sells again.',
      },
      'journal-rolled-back': {
        title: 'Fiscal journal incomplete',
        happened:
          'The fiscal journal of a box holds less than it did: its end was cut, its disk is an older copy, or it is lost.',
        owed: () => 'Nothing to the customer.',
        doNow: 'Sell no more with this box and erase nothing on it. Tell support and accounting.',
      },
      'staff-called': {
        title: 'Call from a kiosk',
        happened: 'Somebody at a kiosk asks for help.',
        owed: () => 'Some help.',
        doNow: 'Go to the kiosk, or phone the club if nobody is there.',
      },
      'print-in-doubt': {
        title: 'Printing in doubt',
        happened: 'The machine does not know whether the receipt was printed.',
        owed: () => 'A receipt to the customer who has none.',
        doNow: 'Ask the customer. A second receipt says “duplicate”.',
      },
      'mandate-missing': {
        title: 'Mandate to sign',
        happened: 'The member had no IBAN at the kiosk. No direct-debit mandate is signed.',
        owed: () =>
          'Nothing to the customer. Without a mandate the club cannot collect the following months.',
        doNow:
          'Have the member sign the mandate at the next visit, before the first debit. If the sale was undone, there is nothing to sign.',
      },
      'order-not-open': {
        title: 'Order wrongly carried out',
        happened:
          'A kiosk carried out an order that the base no longer held open, or not as it was given, or gave back more than was paid.',
        owed: (amount) =>
          amount === null
            ? 'Nothing to the customer.'
            : `Nothing to the customer. Amount at stake: ${amount}.`,
        doNow:
          'Compare the order, the receipt and the operations of the terminal. Tell accounting if too much money went out.',
      },
      'order-waits': {
        title: 'Order waits at a silent kiosk',
        happened:
          'An order of the web shop is known to one kiosk alone, and the base has not heard of that kiosk for more than a day. It may have made the card already.',
        owed: () => 'A card to the customer, who paid the web shop.',
        doNow:
          'Get the kiosk going: the order can be collected there as before. If it does not come back, see whether the customer has the card; if not, cancel the order (page Orders) and have the shop give another one.',
      },
      'unreadable-attachment': {
        title: 'Unreadable document',
        happened: 'A photo, a contract, a mandate or a member’s particulars came and could not be opened.',
        owed: () => 'Nothing to the customer.',
        doNow: 'Tell support. Complete the particulars when the member next comes.',
      },
      'badge-copied': {
        title: 'Copied badge or code',
        happened:
          'An old badge, or an old code, came in at two clubs in less time than it takes to get from one to the other.',
        owed: () => 'Nothing to the customer.',
        doNow: 'Block it and give the member a card or a pass, which cannot be copied.',
      },
      'ticket-used-twice': {
        title: 'Ticket used twice',
        happened:
          'A ticket for one entry let somebody in twice, at gates that did not see each other on the network.',
        owed: () => 'Nothing to the customer.',
        doNow: 'Get the network between the gates back. If it happens again, find out who copies tickets.',
      },
      'price-differs': {
        title: 'Another price',
        happened:
          'The kiosk took another price than the one that was valid that day in this club. The sale counts, nothing was refused.',
        owed: (amount) =>
          amount === null
            ? 'Nothing to the customer, who paid no more than the price.'
            : `What the customer paid too much: ${amount}.`,
        doNow:
          'Compare with the prices of the club, under “Access”. Give the difference back if the customer paid too much. If the kiosk was cut off, get its network back.',
      },
      'decided-in-outage': {
        title: 'Decided offline',
        happened:
          'The club was cut off. The gate decided on old data, and otherwise than the base would have.',
        owed: () => 'Nothing to the customer, but for what staff wrote below.',
        doNow: 'Agree with the member on what is fair. Nothing was changed by itself.',
      },
      'purge-overdue': {
        title: 'Erasure without an answer',
        happened:
          'A box has to erase what it holds of a person, and has not answered in time. The base asks it again every day.',
        owed: () => 'To the person: that their data are erased everywhere.',
        doNow:
          'Bring the box back online, or update it. If it is out of use and its disk destroyed, say so under “Privacy”.',
      },
      'other-sellers-terminal': {
        title: 'Money went to another seller',
        happened:
          'A sale was paid on a terminal whose contract is none of the seller’s: the money arrives on somebody else’s account.',
        owed: (amount) =>
          amount === null
            ? 'Nothing to the customer.'
            : `Nothing to the customer. To the seller: ${amount}, and the sales after it.`,
        doNow:
          'Compare the contract on the slip with those of the seller. Have the terminal replaced, or its contract added to the seller by head office.',
      },
      'terminal-not-expected': {
        title: 'Unexpected payment terminal',
        happened:
          'The payment terminal of this kiosk is not the one that is known there: another one took its place, it comes from another club, or it is not on the list of the seller.',
        owed: () => 'Nothing to the customer.',
        doNow:
          'If nobody announced this change, stop sales by card: a terminal can be swapped to steal cards. Compare the serial number on the device, look for signs of tampering, call head office.',
      },
      'same-person': {
        title: 'Perhaps the same person',
        happened:
          'Two records agree in their particulars: a card bought at a kiosk and a web order, for example. Nothing was merged.',
        owed: () => 'Nothing to the customer.',
        doNow:
          'Compare both records and ask the member. A manager merges them; if they are two persons, settle it so.',
      },
      'other-base-refused': {
        title: 'Refused by the other system',
        happened:
          'The other member base has refused for good what this one told it, a membership sold at a kiosk for example.',
        owed: () => 'Nothing to the customer, who comes in as before.',
        doNow:
          'Read why, correct the mapping file or the other system, then send it again: “base -- adapter resend”.',
      },
      'other-base-differs': {
        title: 'Changed on both sides',
        happened:
          'The same was changed here and in the other system. The other system stands; both values are below.',
        owed: () => 'Nothing known. If a sale counts no more, what was paid.',
        doNow:
          'Compare both values with the member. Correct it in the other system if the value of here was right.',
      },
      'other-base-unusable': {
        title: 'Record that cannot be used',
        happened:
          'The other system sent a record that the base could not apply. It is put aside, the rest goes on.',
        owed: () => 'Nothing to the customer, unless they wait for a membership or a card.',
        doNow:
          'Read why, correct it in the other system or in the mapping file, then “base -- adapter retry”.',
      },
      'other-base-gone': {
        title: 'Gone from the other system',
        happened: 'The other system does not know this member any more. Nothing opens for them.',
        owed: () => 'To the person: that their data are erased, if they asked for it there.',
        doNow:
          'If they were forgotten there, a request waits under “Privacy”: settle it. If not, ask them, or have the member restored in the other system.',
      },
      'paid-twice': {
        title: 'Paid twice',
        happened:
          'The member paid for a period or a debt that had been paid for, at a kiosk without a network.',
        owed: (amount) => (amount === null ? 'To the member, what they paid.' : `${amount} to the member.`),
        doNow: 'Refund at the terminal or by transfer, or agree with the member on what they get for it.',
      },
    },
  },
};
