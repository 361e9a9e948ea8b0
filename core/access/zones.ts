/** A part of a club with gates of its own: a pool, a sauna. */
export interface Zone {
  readonly id: string;
  readonly name: string;
  /** The zone that it lies in; left out: in the club itself. */
  readonly within?: string | undefined;
}

/** Of a gate or a passage; null is the club itself, which is around all zones. */
export type ZoneId = string | null;

/** AC45: the zones around one, from the inside out; the club itself is the last. Nothing is around the club. */
export function zonesAround(zones: readonly Zone[], zone: ZoneId): readonly ZoneId[] {
  const around: ZoneId[] = [];
  let inner = zone;
  // One that is named by nobody, or a loop, which `wrongZones` tells of, ends in the club too.
  while (inner !== null && around.length <= zones.length) {
    const { within = null } = zones.find(({ id }) => id === inner) ?? {};
    around.push(within);
    inner = within;
  }
  return around;
}

/** AC45: what is wrong with zones, each with the place in the list; none when they can be used. */
export function wrongZones(
  zones: readonly Zone[],
): readonly { readonly index: number; readonly what: string }[] {
  return zones.flatMap(({ id, within }, index) => {
    if (zones.findIndex((other) => other.id === id) < index) {
      return [{ index, what: `the zone "${id}" is named twice` }];
    }
    if (within !== undefined && !zones.some((other) => other.id === within)) {
      return [{ index, what: `the zone "${id}" lies within "${within}", which is no zone` }];
    }
    if (zonesAround(zones, id).includes(id)) {
      return [{ index, what: `the zone "${id}" lies within itself: leave "within" out for one of the club` }];
    }
    return [];
  });
}
