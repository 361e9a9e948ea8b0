import type { ClubMigration, ShownGoLine } from '../../http/staff/migration-view.ts';
import type { Language } from '../words.ts';

type State = NonNullable<ClubMigration['state']>;
type Question = ShownGoLine['question'];

/** Every word of the page _Migration_: how far a club is with the system that it comes from. */
export interface MigrationWords {
  readonly lead: string;
  readonly noState: string;
  readonly states: Readonly<Record<State, string>>;
  readonly meanings: Readonly<Record<State, string>>;
  readonly since: (time: string) => string;
  readonly listFor: Readonly<Record<State, string>>;
  readonly columns: Readonly<Record<'what' | 'figure' | 'limit' | 'verdict', string>>;
  readonly verdicts: Readonly<Record<ShownGoLine['verdict'], string>>;
  readonly questions: Readonly<Record<Question, string>>;
  readonly notMeasured: string;
  readonly units: Readonly<Record<ShownGoLine['unit'], (figure: string) => string>>;
  readonly standAgainst: (count: number) => string;
  readonly allGo: string;
  readonly despite: string;
  readonly despiteNeeded: string;
  readonly steps: Readonly<Record<State, string>>;
  readonly stepHints: Readonly<Record<State, string>>;
  readonly refusals: Readonly<Record<string, string>>;
  readonly figures: string;
  readonly importedAt: string;
  readonly importLines: (lines: string, rejected: string) => string;
  readonly never: string;
  readonly reconciledAt: string;
  readonly differences: (count: string) => string;
  readonly sourceAndBase: string;
  readonly members: string;
  readonly badges: string;
  readonly owed: string;
  readonly both: (source: string, base: string) => string;
  readonly withoutBadge: string;
  readonly withoutMember: string;
  readonly openBadges: string;
  readonly waitingBadges: string;
  readonly cards: string;
  readonly history: string;
  readonly noHistory: string;
  readonly step: (from: string | null, to: string) => string;
  readonly against: (what: string) => string;
}

export const migrationWords: Readonly<Record<Language, MigrationWords>> = {
  fr: {
    lead: 'Où en est le club avec l’ancien système : ce qui a été repris, ce qui ouvre, et ce qui manque avant l’étape suivante.',
    noState: 'Rien n’a été repris pour ce club',
    states: {
      legacy: 'Ancien système',
      both: 'Les deux ensemble',
      migrated: 'Migré',
      'rolled-back': 'Revenu en arrière',
    },
    meanings: {
      legacy: 'L’ancien système ouvre les portes. Les anciens badges repris attendent et n’ouvrent rien ici.',
      both: 'Les anciens badges et les nouvelles cartes ouvrent.',
      migrated: 'Seules les cartes, les pass et les tickets d’ici ouvrent dans ce club.',
      'rolled-back':
        'L’ancien système ouvre de nouveau. Ce qui a été repris est terminé, sauf pour les membres qui ont acheté ici.',
    },
    since: (time) => `depuis le ${time}`,
    listFor: {
      legacy: 'Avant de revenir à l’ancien système',
      both: 'Avant d’ouvrir avec les deux',
      migrated: 'Avant de retirer les anciens badges',
      'rolled-back': 'Avant de revenir en arrière',
    },
    columns: { what: 'Point', figure: 'Mesuré', limit: 'Au plus', verdict: 'Verdict' },
    verdicts: { go: 'Bon', 'no-go': 'Pas bon' },
    questions: {
      'rejected-share': 'Lignes refusées à la dernière reprise',
      'members-without-opening': 'Membres actifs que rien ne laisse entrer',
      'old-only-share': 'Membres actifs avec un ancien badge seulement',
      'kiosks-missing': 'Bornes absentes ou hors ligne',
      'data-age': 'Âge des données au club',
      'open-cases': 'Cas à régler du club',
      'parked-events': 'Événements mis de côté',
      'possible-duplicates': 'Doublons possibles à trancher',
      'reconciliation-age': 'Âge du rapprochement',
      differences: 'Différences entre l’ancienne base et celle-ci',
    },
    notMeasured: 'jamais mesuré',
    units: {
      percent: (figure) => `${figure} %`,
      count: (figure) => figure,
      seconds: (figure) => `${figure} s`,
      days: (figure) => `${figure} j`,
    },
    standAgainst: (count) => (count === 1 ? 'Un point s’y oppose.' : `${count} points s’y opposent.`),
    allGo: 'Tout est bon : le club peut passer à l’étape suivante.',
    despite: 'Passer outre : les points qui s’y opposent restent dans l’historique',
    despiteNeeded: 'Des points s’y opposent. Réglez-les, ou cochez pour passer outre.',
    steps: {
      legacy: 'Recommencer la reprise',
      both: 'Ouvrir avec les deux',
      migrated: 'Retirer les anciens badges',
      'rolled-back': 'Revenir à l’ancien système',
    },
    stepHints: {
      legacy: 'La même reprise rétablit ce qui a été terminé.',
      both: 'Les portes du club acceptent les anciens badges et les anciens codes, que tout le monde peut copier.',
      migrated: 'Les portes du club n’acceptent plus les anciens badges ni les anciens codes.',
      'rolled-back':
        'Ce qui a été repris est terminé pour les membres qui n’ont rien acheté ici. Les ventes restent.',
    },
    refusals: {
      'migration.no-go': 'Des points s’y opposent à présent. La liste a été relue.',
      'migration.not-possible': 'Le club n’est plus à cette étape. La page a été relue.',
    },
    figures: 'Ce qui a été repris',
    importedAt: 'Dernière reprise',
    importLines: (lines, rejected) => `${lines} lignes, dont ${rejected} refusées`,
    never: 'jamais',
    reconciledAt: 'Dernier rapprochement',
    differences: (count) => `${count} différences`,
    sourceAndBase: 'ancienne base / ici',
    members: 'Membres',
    badges: 'Badges et codes',
    owed: 'Montants dus',
    both: (source, base) => `${source} / ${base}`,
    withoutBadge: 'Membres actifs sans badge',
    withoutMember: 'Badges sans membre',
    openBadges: 'Anciens badges et codes qui ouvrent',
    waitingBadges: 'Anciens badges et codes qui attendent',
    cards: 'Cartes et pass d’ici',
    history: 'Étapes',
    noHistory: 'Aucune étape encore.',
    step: (from, to) => (from === null ? to : `${from} → ${to}`),
    against: (what) => `Malgré : ${what}`,
  },
  en: {
    lead: 'How far the club is with the old system: what was brought over, what opens, and what is missing before the next step.',
    noState: 'Nothing was brought over for this club',
    states: {
      legacy: 'Old system',
      both: 'Both together',
      migrated: 'Migrated',
      'rolled-back': 'Rolled back',
    },
    meanings: {
      legacy: 'The old system opens the gates. Old badges that were brought over wait and open nothing here.',
      both: 'Old badges and new cards open.',
      migrated: 'Only cards, passes and tickets of ours open in this club.',
      'rolled-back':
        'The old system opens again. What was brought over is ended, save for members who bought here.',
    },
    since: (time) => `since ${time}`,
    listFor: {
      legacy: 'Before going back to the old system',
      both: 'Before opening with both',
      migrated: 'Before taking the old badges away',
      'rolled-back': 'Before rolling back',
    },
    columns: { what: 'Point', figure: 'Measured', limit: 'At most', verdict: 'Verdict' },
    verdicts: { go: 'Go', 'no-go': 'No-go' },
    questions: {
      'rejected-share': 'Lines rejected by the last import',
      'members-without-opening': 'Active members for whom nothing opens',
      'old-only-share': 'Active members with an old badge only',
      'kiosks-missing': 'Kiosks missing or offline',
      'data-age': 'Age of the data in the club',
      'open-cases': 'Cases of the club to settle',
      'parked-events': 'Events put aside',
      'possible-duplicates': 'Possible duplicates to decide',
      'reconciliation-age': 'Age of the reconciliation',
      differences: 'Differences between the old base and this one',
    },
    notMeasured: 'never measured',
    units: {
      percent: (figure) => `${figure} %`,
      count: (figure) => figure,
      seconds: (figure) => `${figure} s`,
      days: (figure) => `${figure} d`,
    },
    standAgainst: (count) =>
      count === 1 ? 'One point stands against it.' : `${count} points stand against it.`,
    allGo: 'All is well: the club may go on.',
    despite: 'Go on all the same: the points against it stay in the history',
    despiteNeeded: 'Some points stand against it. Settle them, or tick to go on all the same.',
    steps: {
      legacy: 'Begin the import again',
      both: 'Open with both',
      migrated: 'Take the old badges away',
      'rolled-back': 'Go back to the old system',
    },
    stepHints: {
      legacy: 'The same import brings back what was ended.',
      both: 'Gates of the club take old badges and old codes, which anybody can copy.',
      migrated: 'Gates of the club take no old badge and no old code any more.',
      'rolled-back': 'What was brought over is ended for members who bought nothing here. Sales stay.',
    },
    refusals: {
      'migration.no-go': 'Some points stand against it now. The list was read again.',
      'migration.not-possible': 'The club is at another step by now. The page was read again.',
    },
    figures: 'What was brought over',
    importedAt: 'Last import',
    importLines: (lines, rejected) => `${lines} lines, ${rejected} of them rejected`,
    never: 'never',
    reconciledAt: 'Last reconciliation',
    differences: (count) => `${count} differences`,
    sourceAndBase: 'old base / here',
    members: 'Members',
    badges: 'Badges and codes',
    owed: 'Money owed',
    both: (source, base) => `${source} / ${base}`,
    withoutBadge: 'Active members without a badge',
    withoutMember: 'Badges without a member',
    openBadges: 'Old badges and codes that open',
    waitingBadges: 'Old badges and codes that wait',
    cards: 'Cards and passes of ours',
    history: 'Steps',
    noHistory: 'No step yet.',
    step: (from, to) => (from === null ? to : `${from} → ${to}`),
    against: (what) => `Despite: ${what}`,
  },
};
