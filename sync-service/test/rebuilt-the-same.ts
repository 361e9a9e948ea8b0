import { systemClock } from '@portillon/core/base/system-clock.ts';
import { expect } from 'vitest';
import type { Database } from '../postgres/database.ts';
import { rebuildProjections } from '../postgres/rebuild/rebuild-projections.ts';

/** At the end of a test file: what events and staff did in it comes to the same rows when it is built again. */
export async function expectRebuiltTheSame(database: Database): Promise<void> {
  const nowMs = systemClock.wallMs();
  const { differences, stuck } = await rebuildProjections(database, {
    check: true,
    nowMs,
    progress: () => undefined,
  });
  expect({ differences, stuck }).toEqual({ differences: [], stuck: [] });
}
