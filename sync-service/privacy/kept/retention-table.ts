import { entryLogTerm, type Period } from '@portillon/core/base/kept-since.ts';

type Words = Readonly<Record<'en' | 'fr', string>>;

/** One line of what is kept. `applied`: who ends it; see SPEC.md. */
export interface Retention {
  readonly id: string;
  readonly what: Words;
  readonly tables: readonly string[];
  /** Null: no term of its own, `from` says until when. */
  readonly period: Period | null;
  readonly from: Words;
  readonly reason: Words;
  readonly source: string;
  /**
   * `round`: the daily round ends it (retention-rules.ts). `own`: the part of the base that writes it does. `person`: it goes with its person.
   * `law`: it stays, by id only once the person is gone. `operator`: the operator ends it by hand.
   */
  readonly applied: 'round' | 'own' | 'person' | 'law' | 'operator';
}

/** RT1: everything that is kept of persons, and for how long. `docs/privacy.md` shows it, and a test holds both together. */
export const retentionTable = [
  {
    id: 'entry-log',
    what: {
      en: 'Who went through which gate, and who was refused',
      fr: 'Passages et refus, avec la personne',
    },
    tables: ['decisions', 'passages', 'interventions', 'outage_findings', 'decision_cases', 'edge_events'],
    period: entryLogTerm,
    from: {
      en: 'the passage; then row and event stay to be counted, without the person',
      fr: 'le passage\u00a0; ensuite la ligne et l’événement restent pour les comptes, sans la personne',
    },
    reason: { en: 'security of the club, disputes about entry', fr: 'sécurité du club, contestations' },
    source: 'CNIL, accès aux locaux; NS-42',
    applied: 'round',
  },
  {
    id: 'person',
    what: {
      en: 'Name, birth date, contact, cards and passes',
      fr: 'Nom, date de naissance, coordonnées, cartes et codes',
    },
    tables: [
      'members',
      'member_names',
      'credentials',
      'possible_duplicates',
      'member_merges',
      'imported_rows',
      'feed_changes',
      'feed_snapshots',
      'feed_snapshot_chunks',
    ],
    period: { months: 36 },
    from: {
      en: 'the last contractual activity: end of the last period, sale, order, debt, refund, or answer of the person',
      fr: 'la dernière activité contractuelle\u00a0: fin de la dernière période, vente, commande, dette, remboursement ou réponse de la personne',
    },
    reason: { en: 'members and prospects', fr: 'membres et prospects' },
    source: 'CNIL 2021-131',
    applied: 'round',
  },
  {
    id: 'photo',
    what: { en: 'Photo', fr: 'Photo' },
    tables: ['attachments'],
    period: { days: 0 },
    from: {
      en: 'the end of the last period, or the yes taken back',
      fr: 'la fin de la dernière période, ou le retrait du consentement',
    },
    reason: { en: 'staff recognise the member', fr: 'reconnaître le membre' },
    source: 'NS-42; CNIL 2020',
    applied: 'round',
  },
  {
    id: 'club-people',
    what: {
      en: 'Name and photo at the boxes of the own club',
      fr: 'Nom et photo sur les bornes du club d’attache',
    },
    tables: ['feed_changes'],
    period: { days: 30 },
    from: {
      en: 'the end of the last period; the photo with it, or with the yes taken back',
      fr: 'la fin de la dernière période\u00a0; la photo avec elle, ou au retrait du consentement',
    },
    reason: {
      en: 'staff compare face and member without a network',
      fr: 'comparer le visage et le membre sans réseau',
    },
    source: 'NS-42; RGPD 5(1)c',
    applied: 'own',
  },
  {
    id: 'contract',
    what: { en: 'Signed contract', fr: 'Contrat signé' },
    tables: ['attachments', 'memberships'],
    period: { months: 60 },
    from: { en: 'the end of the last period', fr: 'la fin de la dernière période' },
    reason: { en: 'proof of the contract', fr: 'preuve du contrat' },
    source: 'Code civil 2224',
    applied: 'own',
  },
  {
    id: 'mandate',
    what: { en: 'Direct debit mandate', fr: 'Mandat de prélèvement' },
    tables: ['mandates', 'attachments'],
    period: { months: 13 },
    from: { en: 'the end of the last period', fr: 'la fin de la dernière période' },
    reason: { en: 'a debit can be contested', fr: 'contestation d’un prélèvement' },
    source: 'Code monétaire et financier L133-24',
    applied: 'own',
  },
  {
    id: 'accounting',
    what: {
      en: 'Sales, refunds, orders, fiscal journal',
      fr: 'Ventes, remboursements, commandes, journal fiscal',
    },
    tables: ['sales', 'refunds', 'orders', 'till_closings', 'store_closings'],
    period: { months: 120 },
    from: {
      en: 'the end of the financial year; by id once the person is gone',
      fr: 'la clôture de l’exercice\u00a0; par identifiant quand la personne est effacée',
    },
    reason: { en: 'accounts', fr: 'comptabilité' },
    source: 'Code de commerce L123-22; LPF L102 B',
    applied: 'law',
  },
  {
    id: 'events',
    what: {
      en: 'Events as they were received: ids and digests, no name',
      fr: 'Événements reçus\u00a0: identifiants et empreintes, sans nom',
    },
    tables: ['edge_events', 'parked_events', 'base_events'],
    period: { months: 120 },
    from: {
      en: 'the event; nothing leads to the person once the key is destroyed',
      fr: 'l’événement\u00a0; rien ne mène à la personne une fois sa clé détruite',
    },
    reason: { en: 'proof that nothing was lost; accounts', fr: 'preuve d’intégrité\u00a0; comptabilité' },
    source: 'LPF L102 B',
    applied: 'law',
  },
  {
    id: 'unpaid',
    what: { en: 'What is owed, and what staff wrote about it', fr: 'Impayés, et ce que l’équipe en a écrit' },
    tables: ['debts'],
    period: { months: 3 },
    from: {
      en: 'the payment; then the words go and the amount stays',
      fr: 'le paiement\u00a0; ensuite le texte part, le montant reste',
    },
    reason: { en: 'recovery', fr: 'recouvrement' },
    source: 'CNIL 2021-130',
    applied: 'round',
  },
  {
    id: 'consents',
    what: { en: 'What was said yes to, and taken back', fr: 'Consentements et retraits' },
    tables: ['consents'],
    period: null,
    from: { en: 'stays by id, as the proof', fr: 'conservés par identifiant, comme preuve' },
    reason: { en: 'proof', fr: 'preuve' },
    source: 'RGPD 7(1)',
    applied: 'law',
  },
  {
    id: 'cases',
    what: {
      en: 'Cases and changes that staff wrote about',
      fr: 'Dossiers et changements notés par l’équipe',
    },
    tables: ['cases', 'case_settlements', 'access_changes'],
    period: null,
    from: { en: 'names in the words go with the person', fr: 'les noms partent avec la personne' },
    reason: { en: 'who decided what', fr: 'qui a décidé quoi' },
    source: 'RGPD 5(1)e',
    applied: 'person',
  },
  {
    id: 'told-records',
    what: { en: 'What boxes were told of credentials', fr: 'Ce que les bornes savaient des titres' },
    tables: ['told_records'],
    period: { days: 45 },
    from: { en: 'the day it was told otherwise', fr: 'le jour où cela a changé' },
    reason: { en: 'decisions of a box that was cut off', fr: 'décisions d’une borne coupée du réseau' },
    source: 'W-OUTAGE-1',
    applied: 'round',
  },
  {
    id: 'read-logs',
    what: {
      en: 'Who read the pages of a member, and searches',
      fr: 'Consultations des fiches et recherches',
    },
    tables: ['person_reads', 'member_searches', 'api_reads'],
    period: { days: 365 },
    from: { en: 'the reading', fr: 'la consultation' },
    reason: { en: 'misuse is found', fr: 'détecter les abus' },
    source: 'CNIL, journalisation 2021-122',
    applied: 'round',
  },
  {
    id: 'api-answers',
    what: {
      en: 'Answers to calls that may come twice (sealed)',
      fr: 'Réponses de l’API gardées pour un second appel (scellées)',
    },
    tables: ['api_answers'],
    period: { days: 1 },
    from: { en: 'the call', fr: 'l’appel' },
    reason: { en: 'nothing is done twice', fr: 'rien n’est fait deux fois' },
    source: 'AP8',
    applied: 'round',
  },
  {
    id: 'webhooks',
    what: {
      en: 'Messages to other systems: ids, no name',
      fr: 'Messages aux autres systèmes\u00a0: identifiants, sans nom',
    },
    tables: ['webhook_messages'],
    period: { days: 30 },
    from: { en: 'delivery, or the last attempt', fr: 'la remise, ou le dernier essai' },
    reason: { en: 'nothing is missed', fr: 'rien n’est manqué' },
    source: 'AP',
    applied: 'own',
  },
  {
    id: 'adapters',
    what: {
      en: 'What waits for a member base of others: ids, no name',
      fr: 'Ce qui attend un autre système de membres\u00a0: identifiants, sans nom',
    },
    tables: ['adapter_ids', 'adapter_outbox', 'adapter_blocks', 'adapter_acts'],
    period: null,
    from: {
      en: 'until the other side has taken it',
      fr: 'jusqu’à ce que l’autre système l’ait pris',
    },
    reason: { en: 'nothing is missed', fr: 'rien n’est manqué' },
    source: 'RGPD 5(1)e',
    applied: 'own',
  },
  {
    id: 'adapters-parked',
    what: {
      en: 'Said by a member base of others, and not applied',
      fr: 'Reçu d’un autre système de membres, non appliqué',
    },
    tables: ['adapter_parked'],
    period: { days: 30 },
    from: {
      en: 'the day it came; sooner once it is applied',
      fr: 'la réception\u00a0; avant, une fois appliqué',
    },
    reason: { en: 'it can be tried again', fr: 'nouvel essai possible' },
    source: 'RGPD 5(1)e',
    applied: 'round',
  },
  {
    id: 'pieces',
    what: {
      en: 'Pieces of documents that never came whole (sealed)',
      fr: 'Morceaux de documents jamais complets (scellés)',
    },
    tables: ['attachment_pieces'],
    period: { days: 7 },
    from: { en: 'the last piece', fr: 'le dernier morceau' },
    reason: { en: 'transfer', fr: 'transfert' },
    source: 'W-ATT-9',
    applied: 'own',
  },
  {
    id: 'migration',
    what: { en: 'Reports of a club that was brought over', fr: 'Rapports de reprise d’un club' },
    tables: ['import_runs', 'reconciliations', 'club_migrations', 'club_migration_changes'],
    period: null,
    from: { en: 'until the old system is given up', fr: 'jusqu’à l’arrêt de l’ancien système' },
    reason: { en: 'proof of the migration', fr: 'preuve de la reprise' },
    source: 'MI',
    applied: 'operator',
  },
  {
    id: 'privacy-desk',
    what: {
      en: 'Requests to the privacy desk, orders and answers: ids',
      fr: 'Demandes de copie ou d’effacement, ordres et réponses\u00a0: identifiants',
    },
    tables: [
      'erasure_requests',
      'purge_orders',
      'purge_answers',
      'erased_members',
      'privacy_log',
      'retention_runs',
    ],
    period: null,
    from: {
      en: 'stays, so that nobody comes back from a backup',
      fr: 'conservés, pour que personne ne revienne d’une sauvegarde',
    },
    reason: { en: 'proof', fr: 'preuve' },
    source: 'RGPD 5(2)',
    applied: 'law',
  },
  {
    id: 'staff',
    what: {
      en: 'Accounts of staff, and what was changed in them',
      fr: 'Comptes de l’équipe et leurs changements',
    },
    tables: [
      'staff_users',
      'staff_user_clubs',
      'staff_account_changes',
      'box_revocations',
      'gate_orders',
      'gate_alarms',
      'clock_orders',
      'plan_prices',
    ],
    period: null,
    from: {
      en: 'the end of the account; the name stays beside what was decided',
      fr: 'la fin du compte\u00a0; le nom reste auprès des décisions',
    },
    reason: { en: 'who decided what', fr: 'qui a décidé quoi' },
    source: 'RGPD 5(2)',
    applied: 'operator',
  },
  {
    id: 'sessions',
    what: { en: 'Sessions of staff and visits to a provider', fr: 'Sessions de l’équipe' },
    tables: ['staff_sessions', 'staff_provider_visits'],
    period: { days: 1 },
    from: { en: 'their end', fr: 'leur fin' },
    reason: { en: 'signing in', fr: 'connexion' },
    source: 'ST14',
    applied: 'round',
  },
] as const satisfies readonly Retention[];

export type RetentionId = (typeof retentionTable)[number]['id'];

/** Tables that hold nothing of a person. One that is in neither list fails a test. */
export const tablesWithoutPersons = [
  'adapters',
  'adapter_intake',
  'member_names_open',
  'api_keys',
  'clubs',
  'consent_wordings',
  'devices',
  'edge_counter_heads',
  'edge_counters',
  'edges',
  'enrolment_codes',
  'epochs',
  'feed_head',
  'fiscal_head_history',
  'fiscal_heads',
  'fiscal_rollbacks',
  'gates',
  'legal_entities',
  'meta',
  'networks',
  'occupancy',
  'plans',
  'reduced_events',
  'request_rates',
  'schema_migrations',
  'store_signing_keys',
  'terminals',
  'webhooks',
] as const;
