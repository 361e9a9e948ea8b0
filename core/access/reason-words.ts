import type { AccessReason } from '../wire/event.ts';

interface Words {
  readonly fr: string;
  readonly en: string;
}

/**
 * Each refusal in words. `person` stands on the gate's display: short, polite, what to do next, and nothing that others in
 * the queue need not know. `staff` stands on the staff page: what is the matter and what settles it.
 */
export const reasonWords: Readonly<Record<AccessReason, { readonly person: Words; readonly staff: Words }>> =
  {
    unknown: {
      person: {
        fr: 'Carte ou code inconnu. Adressez-vous à l’accueil.',
        en: 'Card or code not known. Please ask at the desk.',
      },
      staff: {
        fr: 'Inconnu ici, et sans droit signé valable. Chercher la personne dans tous les clubs.',
        en: 'Not known here, and no valid signed grant. Search for the person in all clubs.',
      },
    },
    'code-out-of-time': {
      person: {
        fr: 'Code d’un autre moment. Vérifiez l’heure de votre téléphone.',
        en: 'This code is not for now. Please check your phone’s time.',
      },
      staff: {
        fr: 'Code d’un autre moment : capture d’écran, ou heure fausse du téléphone ou du portillon.',
        en: 'Code of another moment: a screenshot, or the clock of the phone or of the gate is wrong.',
      },
    },
    'code-used': {
      person: {
        fr: 'Ce code a déjà servi. Attendez le suivant sur votre pass.',
        en: 'This code has been used. Wait for the next one on your pass.',
      },
      staff: {
        fr: 'Code du pass déjà passé ici : capture d’écran possible. Le suivant vient en 15 secondes.',
        en: 'This code of the pass led in here before: maybe a screenshot. The next comes within 15 seconds.',
      },
    },
    blocked: {
      person: {
        fr: 'Entrée impossible. Adressez-vous à l’accueil.',
        en: 'Entry is not possible. Please ask at the desk.',
      },
      staff: {
        fr: 'Carte bloquée : perdue, remplacée ou bloquée par l’équipe. Voir la fiche du membre.',
        en: 'Credential blocked: lost, replaced, or blocked by staff. See the member page.',
      },
    },
    suspended: {
      person: {
        fr: 'Votre abonnement est en pause. Adressez-vous à l’accueil.',
        en: 'Your membership is on hold. Please ask at the desk.',
      },
      staff: {
        fr: 'Abonnement suspendu. Lever la pause sur la fiche du membre.',
        en: 'Membership suspended. Lift the pause on the member page.',
      },
    },
    'not-started': {
      person: {
        fr: 'Votre abonnement n’a pas encore commencé.',
        en: 'Your membership has not started yet.',
      },
      staff: {
        fr: 'La validité commence plus tard. Voir la date de début sur la fiche.',
        en: 'Validity starts later. See the start date on the member page.',
      },
    },
    expired: {
      person: {
        fr: 'Votre droit d’entrée est terminé. Renouvelez-le à la borne.',
        en: 'Your access has ended. You can renew it at the kiosk.',
      },
      staff: {
        fr: 'La validité est terminée. Renouveler à la borne ou à l’accueil.',
        en: 'Validity has ended. Renew at the kiosk or at the desk.',
      },
    },
    'wrong-club': {
      person: {
        fr: 'Votre formule est valable dans votre club d’origine.',
        en: 'Your plan is valid at your home club.',
      },
      staff: {
        fr: 'Formule limitée au club d’origine. Proposer une formule réseau ou une entrée à la journée.',
        en: 'The plan is for the home club only. Offer a network plan or a day entry.',
      },
    },
    'club-closed': {
      person: {
        fr: 'Le club est fermé aujourd’hui.',
        en: 'The club is closed today.',
      },
      staff: {
        fr: 'Fermeture exceptionnelle. La retirer des horaires rouvre le club.',
        en: 'Exceptional closure. Taking it out of the hours opens the club.',
      },
    },
    'closed-hours': {
      person: {
        fr: 'Pas d’accès à cette heure. Voir les horaires affichés.',
        en: 'No access at this hour. Please see the opening hours.',
      },
      staff: {
        fr: 'Hors des horaires du club ou de la formule.',
        en: 'Outside the hours of the club or of the plan.',
      },
    },
    'ticket-spent': {
      person: {
        fr: 'Ce ticket a déjà servi.',
        en: 'This ticket has already been used.',
      },
      staff: {
        fr: 'Ticket à usage unique déjà utilisé.',
        en: 'Single-use ticket that has been used already.',
      },
    },
    debt: {
      person: {
        fr: 'Un règlement est attendu. Voyez la borne ou l’accueil.',
        en: 'A payment is due. Please see the kiosk or the desk.',
      },
      staff: {
        fr: 'Impayé au-delà du délai. Régler à la borne ou à l’accueil.',
        en: 'Debt past its grace. Settle it at the kiosk or at the desk.',
      },
    },
    'guardian-missing': {
      person: {
        fr: 'Entrez après l’adulte qui vous accompagne.',
        en: 'Please come in after the adult who is with you.',
      },
      staff: {
        fr: 'Mineur : l’adulte responsable doit être entré avant.',
        en: 'A minor: the responsible adult must have come in first.',
      },
    },
    'member-missing': {
      person: {
        fr: 'Entrez après la personne qui vous invite.',
        en: 'Please come in after the member you are with.',
      },
      staff: {
        fr: 'Formule à deux : le titulaire doit être entré avant.',
        en: 'Plan for two: its holder must have come in first.',
      },
    },
    'data-too-old': {
      person: {
        fr: 'Nous ne pouvons pas vérifier votre carte. Voyez l’accueil.',
        en: 'We cannot check your card now. Please ask at the desk.',
      },
      staff: {
        fr: 'Données trop anciennes pour cette formule : club hors ligne. Vérifier la ligne.',
        en: 'Data too old for this plan: the club is offline. Check its line.',
      },
    },
    'gate-locked': {
      person: {
        fr: 'Ce passage est fermé. Prenez-en un autre, ou voyez l’accueil.',
        en: 'This gate is locked. Please use another, or ask at the desk.',
      },
      staff: {
        fr: 'Passage verrouillé par l’équipe. Le remettre en service sur la page Portillons.',
        en: 'Staff have locked this gate. Put it back to normal on the Gates page.',
      },
    },
    'already-inside': {
      person: {
        fr: 'Vous êtes déjà dans le club. Adressez-vous à l’accueil.',
        en: 'You are already inside. Please ask at the desk.',
      },
      staff: {
        fr: 'Membre déjà entré, pas ressorti : carte ou pass peut-être prêté. Ouvrir si c’est bien le membre.',
        en: 'The member went in and did not leave: a card or pass may be shared. Open if it is the member.',
      },
    },
    'full-house': {
      person: {
        fr: 'Le club est complet. Une place se libère bientôt.',
        en: 'The club is full. There will be room soon.',
      },
      staff: {
        fr: 'Capacité atteinte. Vérifier le nombre de personnes présentes.',
        en: 'Capacity is reached. Check how many people are inside.',
      },
    },
  };
