import type { AccessReason } from '../wire/event.ts';
import { signOf } from './gate-sign.ts';
import type { InEachLanguage } from './person-language.ts';
import { signSentences } from './sign-sentences.ts';

/** In the languages of the staff pages: what is the matter, and what settles it. */
interface StaffWords {
  readonly fr: string;
  readonly en: string;
}

export interface ReasonWords {
  /** For the person at the gate, where others can read it: what is the matter. */
  readonly person: InEachLanguage;
  /** For the person, too: what would change it. */
  readonly change: InEachLanguage;
  readonly staff: StaffWords;
}

/** A refusal in words: for the person, what would change it, and for staff. */
export function reasonWords(reason: AccessReason): ReasonWords {
  const { matter, change } = signSentences[signOf(reason)];
  return { person: matter, change, staff: staffWords[reason] };
}

const staffWords: Readonly<Record<AccessReason, StaffWords>> = {
  unknown: {
    fr: 'Inconnu ici, et sans droit signé valable. Chercher la personne dans tous les clubs.',
    en: 'Not known here, and no valid signed grant. Search for the person in all clubs.',
  },
  'code-retired': {
    fr: 'Ancien code du membre, que ce club n’accepte plus. Lui donner un ticket, ou son pass.',
    en: 'The member’s old code, which this club takes no more. Give them a ticket, or their pass.',
  },
  'code-out-of-time': {
    fr: 'Code d’un autre moment : capture d’écran, ou heure fausse du téléphone ou du portillon.',
    en: 'Code of another moment: a screenshot, or the clock of the phone or of the gate is wrong.',
  },
  'code-used': {
    fr: 'Code du pass déjà passé ici : capture d’écran possible. Le suivant vient en 15 secondes.',
    en: 'This code of the pass led in here before: maybe a screenshot. The next comes within 15 seconds.',
  },
  blocked: {
    fr: 'Carte bloquée : perdue, remplacée ou bloquée par l’équipe. Voir la fiche du membre.',
    en: 'Credential blocked: lost, replaced, or blocked by staff. See the member page.',
  },
  suspended: {
    fr: 'Abonnement suspendu. Lever la pause sur la fiche du membre.',
    en: 'Membership suspended. Lift the pause on the member page.',
  },
  'not-started': {
    fr: 'La validité commence plus tard. Voir la date de début sur la fiche.',
    en: 'Validity starts later. See the start date on the member page.',
  },
  expired: {
    fr: 'La validité est terminée. Renouveler à la borne ou à l’accueil.',
    en: 'Validity has ended. Renew at the kiosk or at the desk.',
  },
  'wrong-club': {
    fr: 'Formule limitée au club d’origine. Proposer une formule réseau ou une entrée à la journée.',
    en: 'The plan is for the home club only. Offer a network plan or a day entry.',
  },
  'club-closed': {
    fr: 'Fermeture exceptionnelle. La retirer des horaires rouvre le club.',
    en: 'Exceptional closure. Taking it out of the hours opens the club.',
  },
  'closed-hours': {
    fr: 'Hors des horaires du club ou de la formule.',
    en: 'Outside the hours of the club or of the plan.',
  },
  'ticket-spent': {
    fr: 'Ticket à usage unique déjà utilisé.',
    en: 'Single-use ticket that has been used already.',
  },
  debt: {
    fr: 'Impayé au-delà du délai. Régler à la borne ou à l’accueil.',
    en: 'Debt past its grace. Settle it at the kiosk or at the desk.',
  },
  'guardian-missing': {
    fr: 'Mineur : l’adulte responsable doit être entré avant.',
    en: 'A minor: the responsible adult must have come in first.',
  },
  'member-missing': {
    fr: 'Formule à deux : le titulaire doit être entré avant.',
    en: 'Plan for two: its holder must have come in first.',
  },
  'data-too-old': {
    fr: 'Données trop anciennes pour cette formule : club hors ligne. Vérifier la ligne.',
    en: 'Data too old for this plan: the club is offline. Check its line.',
  },
  'gate-locked': {
    fr: 'Passage verrouillé par l’équipe. Le remettre en service sur la page Portillons.',
    en: 'Staff have locked this gate. Put it back to normal on the Gates page.',
  },
  'already-inside': {
    fr: 'Membre déjà entré, pas ressorti : carte ou pass peut-être prêté. Ouvrir si c’est bien le membre.',
    en: 'The member went in and did not leave: a card or pass may be shared. Open if it is the member.',
  },
  'full-house': {
    fr: 'Capacité atteinte. Vérifier le nombre de personnes présentes.',
    en: 'Capacity is reached. Check how many people are inside.',
  },
};
