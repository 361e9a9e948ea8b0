import type { LiveView } from '../http/staff/live-view.ts';
import { ageOf, percentOf } from './club-panel.tsx';
import { nameOf } from './person.tsx';
import { timeOfDay, type Words } from './words.ts';

/** The same as the wall, in tables, for those who read line by line or with a screen reader. */
export function LiveTables({ view, text }: { view: LiveView; text: Words }) {
  const clubs = new Map(view.clubs.map((club) => [club.id, club]));
  const { columns } = text;
  return (
    <div className="tables">
      <Table
        caption={text.clubs}
        heads={[columns.club, columns.inside, columns.capacity, columns.share, columns.state]}
        rows={view.clubs.flatMap((club) => [
          {
            id: club.id,
            cells: [club.name, club.inside ?? '–', club.capacity, `${percentOf(club)} %`, ageOf(club, text)],
          },
          ...club.zones.map(({ zone, name, inside }) => ({
            id: `${club.id} ${zone}`,
            cells: [`${club.name} · ${name}`, inside, '–', '–', ageOf(club, text)],
          })),
        ])}
      />
      <Table
        caption={text.refusals}
        heads={[columns.time, columns.why, columns.who, columns.what, columns.gate, columns.club]}
        rows={view.refusals.map((refusal) => ({
          id: refusal.id,
          cells: [
            timeOfDay(refusal.at, clubs.get(refusal.clubId)?.timeZone),
            text.reasons[refusal.reason],
            nameOf(refusal.who, text.nobodyKnown, text),
            text.kinds[refusal.presented],
            refusal.gateId,
            clubs.get(refusal.clubId)?.name ?? '',
          ],
        }))}
      />
      <Table
        caption={text.passages}
        heads={[columns.time, columns.what, columns.who, columns.gate, columns.club]}
        rows={view.passages.map((passage) => ({
          id: passage.id,
          cells: [
            timeOfDay(passage.at, clubs.get(passage.clubId)?.timeZone),
            [
              text[passage.direction],
              ...(passage.openedBy === null ? [] : [text.openedBy(passage.openedBy)]),
            ].join(', '),
            nameOf(passage.who, text.somebody, text),
            passage.gateId,
            clubs.get(passage.clubId)?.name ?? '',
          ],
        }))}
      />
    </div>
  );
}

interface Row {
  readonly id: string;
  readonly cells: readonly (string | number)[];
}

function Table({
  caption,
  heads,
  rows,
}: {
  caption: string;
  heads: readonly string[];
  rows: readonly Row[];
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls sideways must be reachable by keys
    <section className="scroll" aria-label={caption} tabIndex={0}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, cells }) => (
            <tr key={id}>
              {cells.map((cell, index) => (
                <td key={heads[index]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
