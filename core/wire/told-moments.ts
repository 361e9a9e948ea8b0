import { z } from 'zod';
import { eventBodySchema, eventTimes, type ReadEvent } from './event.ts';

const dayMs = 86_400_000;
const noEarlierMs = Date.UTC(2020, 0);

interface Bounds {
  readonly from: () => number;
  readonly to: (receivedMs: number) => number;
  readonly words: string;
}

const bounds: Readonly<Record<keyof typeof eventTimes, Bounds>> = {
  // A clock that is a year wrong is believed of when something was (W-CLOCK-5 is about what it may open).
  moment: {
    from: () => noEarlierMs,
    to: (receivedMs) => receivedMs + 2 * 366 * dayMs,
    words: 'lies before 2020 or more than two years after it was received',
  },
  sold: {
    from: () => noEarlierMs,
    to: (receivedMs) => receivedMs + 30 * 366 * dayMs,
    words: 'lies before 2020 or more than 30 years after it was received',
  },
  // Of members who were brought over, and of what another member base says.
  known: {
    from: () => Date.UTC(1900, 0),
    to: () => Date.UTC(3000, 0) - 1,
    words: 'lies before 1900 or after 2999',
  },
};

interface Place {
  /** Names of fields; `*` stands for every element. */
  readonly path: readonly string[];
  readonly bounds: Bounds;
}

const boundsOf = new Map<unknown, Bounds>(
  (['moment', 'sold', 'known'] as const).map((kind) => [eventTimes[kind], bounds[kind]]),
);

function placesIn(schema: unknown, path: readonly string[]): Place[] {
  const found = boundsOf.get(schema);
  if (found) return [{ path, bounds: found }];
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape).flatMap(([name, inner]) => placesIn(inner, [...path, name]));
  }
  if (schema instanceof z.ZodArray) return placesIn(schema.element, [...path, '*']);
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    return placesIn(schema.unwrap(), path);
  }
  return [];
}

/** Where each kind of event tells a moment. */
export const momentPlaces: ReadonlyMap<string, readonly Place[]> = new Map(
  eventBodySchema.options.map((option) => [option.shape.type.value, placesIn(option, [])]),
);

/** W-PUSH-17: which moment in it cannot be, and why; null when all can. */
export function oddMoment(event: ReadEvent, receivedMs: number): string | null {
  for (const { path, bounds } of momentPlaces.get(event.type) ?? []) {
    for (const [field, told] of momentsAt(event, path)) {
      const ms = Date.parse(told);
      if (!(ms >= bounds.from() && ms <= bounds.to(receivedMs))) return `${field} ${told} ${bounds.words}`;
    }
  }
  return null;
}

function momentsAt(value: unknown, [name, ...rest]: readonly string[], field = ''): [string, string][] {
  if (name === undefined) return typeof value === 'string' ? [[field, value]] : [];
  const below = (key: string, inner: unknown) =>
    momentsAt(inner, rest, field === '' ? key : `${field}.${key}`);
  if (typeof value !== 'object' || value === null) return [];
  if (name === '*') {
    return Object.entries(value).flatMap(([index, inner]) => below(index, inner));
  }
  return below(name, Reflect.get(value, name));
}
