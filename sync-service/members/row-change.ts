/** Who reports, as the base knows it. */
export interface Reporter {
  readonly edgeId: string;
  readonly clubId: string;
  /** The legal entity that sells in this club. */
  readonly legalEntityId: string;
}

export type Value = string | number | boolean | null;

/** What an event does to the tables. A row that is already there with the same key is a fault of the event. */
export type RowChange =
  | {
      readonly do: 'insert';
      readonly table: string;
      readonly row: Readonly<Record<string, Value>>;
      /** A row that is there already is as good. */
      readonly unlessThere?: true;
    }
  | {
      readonly do: 'update';
      readonly table: string;
      readonly set: Readonly<Record<string, Value>>;
      readonly where: Readonly<Record<string, Value>>;
      /** Why the event is parked when no row matches; null when that is as good. */
      readonly unmatched: string | null;
    };

export function placeOf(reporter: Reporter): { club_id: string; edge_id: string } {
  return { club_id: reporter.clubId, edge_id: reporter.edgeId };
}

export function insert(table: string, row: Readonly<Record<string, Value>>): RowChange {
  return { do: 'insert', table, row };
}

export function update(
  table: string,
  set: Readonly<Record<string, Value>>,
  where: Readonly<Record<string, Value>>,
  unmatched: string | null = null,
): RowChange {
  return { do: 'update', table, set, where, unmatched };
}
