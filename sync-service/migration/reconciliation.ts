/** What the source says and what the base holds, side by side (MI11). Numbers of lines are those of the source. */
export interface Reconciliation {
  readonly club: string;
  readonly system: string;
  readonly at: string;
  readonly members: { readonly source: number; readonly base: number };
  /** By plan and status. */
  readonly memberships: readonly {
    readonly plan: string;
    readonly status: string;
    readonly source: number;
    readonly base: number;
  }[];
  readonly badges: { readonly source: number; readonly base: number };
  readonly owedCents: { readonly source: number; readonly base: number; readonly settledHere: number };
  /** Members whose membership runs and who have no badge, card, pass or code; by their number. */
  readonly membersWithoutBadge: readonly string[];
  /** Badges of nobody that the source or the base knows; by their number. */
  readonly badgesWithoutMember: readonly string[];
  /** Lines that cannot be compared, by reason: rejected, or rightly left out. */
  readonly notCompared: Readonly<Record<string, number>>;
  readonly differences: readonly Difference[];
}

export interface Difference {
  readonly kind: 'members' | 'memberships' | 'badges' | 'debts';
  readonly sourceId: string;
  readonly what: 'not-in-base' | 'not-in-source' | 'plan' | 'status' | 'from' | 'to' | 'amount' | 'holder';
  readonly source: string | null;
  readonly base: string | null;
}

const shown = 50;

/** As a person reads it. */
export function reconciliationText(report: Reconciliation): string {
  const euros = (cents: number) => `${(cents / 100).toFixed(2)} EUR`;
  const row = (name: string, source: string | number, base: string | number) =>
    `${source === base ? '  ' : '! '}${name.padEnd(44)} ${String(source).padStart(14)} ${String(base).padStart(14)}`;
  const list = (title: string, ids: readonly string[]) => [
    `${title}: ${ids.length}`,
    ...ids.slice(0, shown).map((id) => `    ${id}`),
    ...(ids.length > shown ? [`    and ${ids.length - shown} more in the JSON`] : []),
  ];
  const { owedCents: owed } = report;
  return [
    `${report.club}, ${report.system}, ${report.at}`,
    row('', 'source', 'base'),
    row('members', report.members.source, report.members.base),
    ...report.memberships.map(({ plan, status, source, base }) => row(`${plan}, ${status}`, source, base)),
    row('badges', report.badges.source, report.badges.base),
    row('owed', euros(owed.source), euros(owed.base)),
    ...(owed.settledHere > 0 ? [`  of the base, settled here since: ${euros(owed.settledHere)}`] : []),
    ...list('members without a badge', report.membersWithoutBadge),
    ...list('badges without a member', report.badgesWithoutMember),
    'lines not compared:',
    ...Object.entries(report.notCompared).map(([reason, count]) => `    ${reason}: ${count}`),
    `differences: ${report.differences.length}`,
    ...report.differences
      .slice(0, shown)
      .map(
        ({ kind, sourceId, what, source, base }) =>
          `    ${kind} ${sourceId}: ${what}, source ${source ?? 'nothing'}, base ${base ?? 'nothing'}`,
      ),
    ...(report.differences.length > shown
      ? [`    and ${report.differences.length - shown} more in the JSON`]
      : []),
    '',
  ].join('\n');
}
