import { eventBodySchema } from '@portillon/core/wire/event.ts';

/**
 * Events that say who went through, or was refused, or was shown to have come in, or held a staff card to a device: the entry log
 * (retention-table.ts).
 */
const entryEvents: readonly unknown[] = [
  'access.decided',
  'passage.sensed',
  'dispenser.serviced',
  'people.shown',
];

/** In place of a card where an event is not understood without one. */
export const nobodysCard = '00000000-0000-0000-0000-000000000000';

export interface EntryEvent {
  /** When it happened by the clock of its edge; null where it does not say. */
  readonly atMs: number | null;
  /** What is left of it without the person; null when it names nobody. */
  readonly rest: string | null;
  /** Of the row that it became. */
  readonly rowId: string | null;
  readonly table: 'decisions' | 'passages' | 'interventions' | null;
}

/**
 * RT7: an event of the entry log as it is kept once its time is over; null for every other event. Of what this version does not
 * know nothing stays: it may be about the person.
 */
export function entryEvent(body: string): EntryEvent | null {
  const value = jsonOf(body);
  if (!entryEvents.includes(value?.type)) return null;
  const atMs = typeof value?.at === 'string' ? Date.parse(value.at) : Number.NaN;
  const at = Number.isNaN(atMs) ? null : atMs;
  const read = eventBodySchema.safeParse(value);
  if (!read.success) {
    // Kept aside, and not understood: that it was there, and when.
    return {
      atMs: at,
      rest: JSON.stringify({ type: value?.type, at: at === null ? null : value?.at }),
      rowId: null,
      table: null,
    };
  }
  const event = read.data;
  const rest = (person: string | null) =>
    'credentialId' in event && event.credentialId !== person
      ? JSON.stringify({ ...event, credentialId: person })
      : null;
  switch (event.type) {
    case 'access.decided':
      return { atMs: at, rest: rest(null), rowId: event.decisionId, table: 'decisions' };
    case 'passage.sensed':
      return { atMs: at, rest: rest(null), rowId: event.passageId, table: 'passages' };
    case 'dispenser.serviced':
      return { atMs: at, rest: rest(nobodysCard), rowId: event.interventionId, table: 'interventions' };
    case 'people.shown': {
      // The readings themselves stay in their own log, for its own term (ST10).
      const isNobodys = event.credentialId === nobodysCard && event.reads.length === 0;
      const left = { ...event, credentialId: nobodysCard, reads: [] };
      return { atMs: at, rest: isNobodys ? null : JSON.stringify(left), rowId: null, table: null };
    }
    default:
      return null;
  }
}

function jsonOf(text: string): { readonly type?: unknown; readonly at?: unknown } | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
