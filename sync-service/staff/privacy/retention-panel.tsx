import { type RetentionShown, retentionSchema } from '../../http/staff/kept-view.ts';
import { useAnswer } from '../access/use-answer.ts';
import { fullDate } from '../full-date.ts';
import type { Language } from '../words.ts';

type Period = RetentionShown['table'][number]['period'];

const retentionWords = {
  fr: {
    title: 'Durées de conservation',
    from: (when: string) => `À partir de\u00a0: ${when}`,
    period: (period: NonNullable<Period>) => {
      if (period.months !== undefined) {
        return period.months % 12 === 0 ? yearsFr(period.months / 12) : `${period.months}\u00a0mois`;
      }
      const days = period.days ?? 0;
      return days === 0 ? 'aussitôt' : `${days}\u00a0jour${days > 1 ? 's' : ''}`;
    },
    last: (when: string, rows: number, held: number) =>
      `Dernier passage\u00a0: ${when}. Lignes effacées ou vidées\u00a0: ${rows}. Personnes retenues\u00a0: ${held}.`,
    none: 'Aucun passage encore.',
  },
  en: {
    title: 'How long what is kept',
    from: (when: string) => `From: ${when}`,
    period: (period: NonNullable<Period>) => {
      if (period.months !== undefined) {
        return period.months % 12 === 0 ? yearsEn(period.months / 12) : `${period.months} months`;
      }
      const days = period.days ?? 0;
      return days === 0 ? 'at once' : `${days} day${days > 1 ? 's' : ''}`;
    },
    last: (when: string, rows: number, held: number) =>
      `Last round: ${when}. Rows erased or emptied: ${rows}. People held up: ${held}.`,
    none: 'No round yet.',
  },
} as const;

function yearsFr(years: number): string {
  return `${years}\u00a0an${years > 1 ? 's' : ''}`;
}

function yearsEn(years: number): string {
  return `${years} year${years > 1 ? 's' : ''}`;
}

/** Everything that is kept of persons, for how long and why (RT1), and what the last round ended. */
export function RetentionPanel({ language, news }: { readonly language: Language; readonly news: string }) {
  const text = retentionWords[language];
  const { shown } = useAnswer('retention', retentionSchema, news);
  if (!shown) return null;
  const [last] = shown.runs;
  const { held = 0, ...ended } = last?.counts ?? {};
  const rows = Object.values(ended).reduce((total, count) => total + count, 0);
  return (
    <section className="panel" aria-labelledby="retention">
      <h2 id="retention">{text.title}</h2>
      <p className="hint">
        {last ? text.last(fullDate(last.beganAt, undefined, language), rows, held) : text.none}
      </p>
      <ul className="plain-list">
        {shown.table.map(({ id, what, period, from, source }) => (
          <li key={id}>
            <span>
              <strong>{what[language]}</strong>
              {period && ` · ${text.period(period)}`}
            </span>
            <small className="hint">
              {period ? text.from(from[language]) : from[language]} · {source}
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}
