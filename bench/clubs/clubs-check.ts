/** What a club says happened, in its order, read from its own disk. */
export interface ToldByClub {
  readonly club: number;
  readonly edgeId: string;
  readonly events: readonly ToldEvent[];
  /** Events whose commit was seen from outside the box, in whatever order. */
  readonly seenCommitted: readonly string[];
  /** Status of each card by the book of the box; absent where it holds none. */
  readonly book: ReadonlyMap<string, string>;
}

export interface ToldEvent {
  readonly eventId: string;
  readonly hash: string;
  /** The row that it must have become: `sales`, `decisions`, `passages`, and its id. */
  readonly row: string;
}

/** What the base holds. */
export interface HeldByBase {
  /** Of an edge, by number. */
  readonly events: ReadonlyMap<string, readonly HeldEvent[]>;
  readonly parked: readonly {
    readonly edgeId: string;
    readonly seq: number;
    readonly eventId: string;
    readonly reason: string;
  }[];
  /** Every row of the three tables, once for each time it is there. */
  readonly rows: readonly string[];
  readonly credentials: ReadonlyMap<string, string>;
  readonly attachmentsMissing: number;
  readonly attachmentsUnreadable: number;
}

export interface HeldEvent {
  readonly seq: number;
  readonly eventId: string;
  readonly hash: string;
  readonly receivedAtMs: number;
}

export interface Verdict {
  readonly events: number;
  /** Not on the disk of the box although it said so, not at the base, or without its row. */
  readonly lost: readonly string[];
  /** At the base more than once, or a row that no event tells of. */
  readonly twice: readonly string[];
  readonly outOfOrder: readonly string[];
  readonly parked: HeldByBase['parked'];
  /** Boxes whose book says otherwise than the base. */
  readonly booksBehind: readonly string[];
  readonly attachmentsMissing: number;
  readonly attachmentsUnreadable: number;
  readonly holds: boolean;
}

/** I4: compares what the clubs say with what the base holds, event by event and row by row. */
export function checkClubs(told: readonly ToldByClub[], held: HeldByBase): Verdict {
  const lost: string[] = [];
  const twice: string[] = [];
  const outOfOrder: string[] = [];
  const timesHeld = countOf([...held.events.values()].flatMap((all) => all.map(({ eventId }) => eventId)));
  const parked = new Set(held.parked.map(({ eventId }) => eventId));
  const timesInRows = countOf(held.rows);
  const wantedRows = new Set<string>();
  const toldIds = new Set<string>();

  for (const { club, edgeId, events, seenCommitted } of told) {
    const here = `club ${club}`;
    const ofEdge = held.events.get(edgeId) ?? [];
    const onDisk = new Set(events.map(({ eventId }) => eventId));
    for (const eventId of seenCommitted) {
      if (!onDisk.has(eventId)) lost.push(`${here}: ${eventId} was committed and is not on its disk`);
    }
    events.forEach(({ eventId, hash, row }, index) => {
      toldIds.add(eventId);
      const times = timesHeld.get(eventId) ?? 0;
      if (times === 0) lost.push(`${here}: event ${index + 1} is not at the base`);
      if (times > 1) twice.push(`${here}: event ${index + 1} is at the base ${times} times`);
      const there = ofEdge[index];
      if (times > 0 && (there?.eventId !== eventId || there.hash !== hash || there.seq !== index + 1)) {
        outOfOrder.push(`${here}: event ${index + 1} is not under its number`);
      }
      if (parked.has(eventId)) return;
      wantedRows.add(row);
      const rows = timesInRows.get(row) ?? 0;
      if (rows === 0) lost.push(`${here}: event ${index + 1} was taken in without its row ${row}`);
      if (rows > 1) twice.push(`${here}: ${row} is there ${rows} times`);
    });
    ofEdge.forEach(({ receivedAtMs, eventId }, index) => {
      const before = ofEdge[index - 1];
      if (before && before.receivedAtMs > receivedAtMs) {
        outOfOrder.push(`${here}: event ${index + 1} was taken in before the one in front of it`);
      }
      if (!toldIds.has(eventId)) twice.push(`${here}: the base holds ${eventId}, which the box never told`);
    });
  }
  for (const row of timesInRows.keys()) {
    if (!wantedRows.has(row)) twice.push(`${row} is at the base, and no event tells of it`);
  }
  const booksBehind = told.flatMap(({ club, book }) => {
    const wrong = [...held.credentials].filter(([id, status]) => book.get(id) !== status);
    return wrong.length === 0 ? [] : [`club ${club}: ${wrong.length} cards`];
  });
  const { attachmentsMissing, attachmentsUnreadable } = held;
  const problems = [lost, twice, outOfOrder, booksBehind].reduce((sum, { length }) => sum + length, 0);
  return {
    events: told.reduce((sum, { events }) => sum + events.length, 0),
    lost,
    twice,
    outOfOrder,
    parked: held.parked,
    booksBehind,
    attachmentsMissing,
    attachmentsUnreadable,
    holds: problems + attachmentsMissing + attachmentsUnreadable === 0,
  };
}

function countOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
