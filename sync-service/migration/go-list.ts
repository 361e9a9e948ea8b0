/** What the base knows of a club before it goes on; every figure is counted, none is given. */
export interface GoFacts {
  readonly nowMs: number;
  /** Of the last import that came to its end; null when there was none. */
  readonly lastImport: {
    readonly endedAtMs: number;
    readonly lines: number;
    readonly rejected: number;
  } | null;
  /** Members of the club with a membership that runs. */
  readonly activeMembers: number;
  /** Of these, those who would stand before the gate: no badge, card, pass or code opens for them. */
  readonly withoutOpening: number;
  /** Of these, those who have an old badge or an old code only. */
  readonly withOldOnly: number;
  /** Boxes of the club that sell, and of these, those heard of lately. */
  readonly kiosks: number;
  readonly kiosksOnline: number;
  /** Since the box heard of longest ago was heard of; null without any box. */
  readonly dataAgeMs: number | null;
  readonly openCases: number;
  readonly parkedEvents: number;
  readonly possibleDuplicates: number;
  /** The last one; null when there was none. */
  readonly reconciliation: { readonly atMs: number; readonly differences: number } | null;
}

export const goQuestions = [
  'rejected-share',
  'members-without-opening',
  'old-only-share',
  'kiosks-missing',
  'data-age',
  'open-cases',
  'parked-events',
  'possible-duplicates',
  'reconciliation-age',
  'differences',
] as const;
export type GoQuestion = (typeof goQuestions)[number];

export interface GoLine {
  readonly question: GoQuestion;
  /** Null: it was never measured, which is a no-go. */
  readonly figure: number | null;
  readonly limit: number;
  readonly unit: 'percent' | 'count' | 'seconds' | 'days';
  readonly verdict: 'go' | 'no-go';
}

/** How long ago a box may have been heard of to be online. */
export const onlineMs = 120_000;
const dayMs = 86_400_000;

/** MI15. No figure may be above its limit. */
const limits = {
  'rejected-share': [0.5, 'percent'],
  'members-without-opening': [0, 'count'],
  'old-only-share': [5, 'percent'],
  'kiosks-missing': [0, 'count'],
  'data-age': [300, 'seconds'],
  'open-cases': [0, 'count'],
  'parked-events': [0, 'count'],
  'possible-duplicates': [0, 'count'],
  'reconciliation-age': [7, 'days'],
  differences: [0, 'count'],
} as const satisfies Record<GoQuestion, readonly [number, GoLine['unit']]>;

/** Whether a club may go on to `target`, line by line (MI15). */
export function goList(facts: GoFacts, target: 'both' | 'migrated'): readonly GoLine[] {
  const { lastImport, reconciliation, activeMembers, nowMs } = facts;
  // A reconciliation from before the last import says nothing of it.
  const current =
    reconciliation && (!lastImport || reconciliation.atMs >= lastImport.endedAtMs) ? reconciliation : null;
  const figures: Record<GoQuestion, number | null> = {
    'rejected-share':
      lastImport && lastImport.lines > 0 ? share(lastImport.rejected, lastImport.lines) : null,
    'members-without-opening': activeMembers === 0 ? null : facts.withoutOpening,
    'old-only-share': activeMembers === 0 ? null : share(facts.withOldOnly, activeMembers),
    'kiosks-missing': facts.kiosks === 0 ? 1 : facts.kiosks - facts.kiosksOnline,
    'data-age': facts.dataAgeMs === null ? null : Math.floor(facts.dataAgeMs / 1_000),
    'open-cases': facts.openCases,
    'parked-events': facts.parkedEvents,
    'possible-duplicates': facts.possibleDuplicates,
    'reconciliation-age': current && Math.floor((nowMs - current.atMs) / dayMs),
    differences: current?.differences ?? null,
  };
  return goQuestions
    .filter((question) => question !== 'old-only-share' || target === 'migrated')
    .map((question) => {
      const figure = figures[question];
      const [limit, unit] = limits[question];
      return { question, figure, limit, unit, verdict: figure !== null && figure <= limit ? 'go' : 'no-go' };
    });
}

export function isGo(lines: readonly GoLine[]): boolean {
  return lines.every(({ verdict }) => verdict === 'go');
}

/** In percent, rounded up to hundredths: a share above zero never reads as none. */
function share(part: number, whole: number): number {
  return Math.ceil((part / whole) * 10_000) / 100;
}
