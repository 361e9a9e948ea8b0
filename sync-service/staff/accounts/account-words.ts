import type { StaffRole } from '../../http/staff/account-view.ts';
import type { Language } from '../words.ts';

export interface AccountWords {
  readonly accounts: string;
  readonly lead: string;
  readonly reading: string;
  readonly noAnswer: string;
  readonly name: string;
  readonly role: string;
  readonly reach: string;
  readonly roles: Readonly<Record<StaffRole, string>>;
  readonly network: string;
  readonly entity: (name: string) => string;
  readonly byPassword: string;
  readonly byProvider: string;
  readonly you: string;
  readonly ended: string;
  readonly open: string;
  readonly openTitle: string;
  readonly openIt: string;
  readonly change: string;
  readonly keep: string;
  readonly end: string;
  readonly endIt: (name: string) => string;
  readonly back: string;
  readonly clubsHint: string;
  readonly passwordTitle: (name: string) => string;
  readonly passwordOnce: string;
  readonly done: string;
  readonly history: string;
  readonly noHistory: string;
  readonly what: Readonly<Record<'opened' | 'changed' | 'ended', (account: string) => string>>;
  readonly refusals: Readonly<Record<string, string>>;
  readonly nameTooShort: string;
  readonly noClub: string;
}

export const accountWords: Readonly<Record<Language, AccountWords>> = {
  fr: {
    accounts: 'Comptes',
    lead: 'Qui voit quels clubs, et ce que chacun peut y faire. Un compte ne voit rien des autres clubs.',
    reading: 'Lecture des comptes…',
    noAnswer: 'La base ne répond pas. Réessayez dans un instant.',
    name: 'Nom',
    role: 'Rôle',
    reach: 'Clubs',
    roles: {
      'front-desk': 'Accueil',
      manager: 'Responsable',
      auditor: 'Contrôle',
      'network-administrator': 'Administration du réseau',
      'privacy-officer': 'Protection des données',
    },
    network: 'Tout le réseau',
    entity: (name) => `Les clubs de ${name}`,
    byPassword: 'mot de passe',
    byProvider: 'connexion de l’opérateur',
    you: 'vous',
    ended: 'clos',
    open: 'Ouvrir un compte',
    openTitle: 'Nouveau compte',
    openIt: 'Ouvrir le compte',
    change: 'Modifier',
    keep: 'Enregistrer',
    end: 'Clore',
    endIt: (name) => `Clore le compte de ${name}`,
    back: 'Retour',
    clubsHint: 'Un ou plusieurs clubs',
    passwordTitle: (name) => `Mot de passe de ${name}`,
    passwordOnce: 'Notez-le maintenant : il n’est montré qu’une fois.',
    done: 'C’est noté',
    history: 'Historique des comptes',
    noHistory: 'Rien pour l’instant.',
    what: {
      opened: (account) => `a ouvert le compte de ${account}`,
      changed: (account) => `a modifié le compte de ${account}`,
      ended: (account) => `a clos le compte de ${account}`,
    },
    refusals: {
      'account.name-taken': 'Ce nom est pris, ou l’a été.',
      'account.last-administrator': 'C’est le dernier compte d’administration du réseau.',
      'account.unknown': 'Ce compte n’existe plus.',
    },
    nameTooShort: 'Donnez un nom de 2 caractères au moins.',
    noClub: 'Choisissez au moins un club.',
  },
  en: {
    accounts: 'Accounts',
    lead: 'Who sees which clubs, and what they may do there. An account sees nothing of other clubs.',
    reading: 'Reading the accounts…',
    noAnswer: 'The base does not answer. Try again in a moment.',
    name: 'Name',
    role: 'Role',
    reach: 'Clubs',
    roles: {
      'front-desk': 'Front desk',
      manager: 'Manager',
      auditor: 'Auditor',
      'network-administrator': 'Network administrator',
      'privacy-officer': 'Privacy officer',
    },
    network: 'The whole network',
    entity: (name) => `The clubs of ${name}`,
    byPassword: 'password',
    byProvider: 'sign-in of the operator',
    you: 'you',
    ended: 'ended',
    open: 'Open an account',
    openTitle: 'New account',
    openIt: 'Open the account',
    change: 'Change',
    keep: 'Save',
    end: 'End',
    endIt: (name) => `End the account of ${name}`,
    back: 'Back',
    clubsHint: 'One club or more',
    passwordTitle: (name) => `Password of ${name}`,
    passwordOnce: 'Write it down now: it is shown once.',
    done: 'I have it',
    history: 'History of the accounts',
    noHistory: 'Nothing so far.',
    what: {
      opened: (account) => `opened the account of ${account}`,
      changed: (account) => `changed the account of ${account}`,
      ended: (account) => `ended the account of ${account}`,
    },
    refusals: {
      'account.name-taken': 'This name is taken, or was.',
      'account.last-administrator': 'This is the last administrator of the network.',
      'account.unknown': 'This account is gone.',
    },
    nameTooShort: 'Give a name of at least 2 characters.',
    noClub: 'Choose at least one club.',
  },
};
