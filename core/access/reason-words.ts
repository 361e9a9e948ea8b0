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
  };
