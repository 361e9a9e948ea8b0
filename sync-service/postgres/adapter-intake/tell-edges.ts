import { announce } from '../announcements.ts';
import { clubRecords } from '../club-feed.ts';
import { lockedPeople } from '../club-people.ts';
import { credentialRecords } from '../credential-feed.ts';
import { writeFeed } from '../feed.ts';
import type { Intake } from './intake.ts';

/** The last of the transaction: every edge hears of all that was changed. */
export async function tellEdges(intake: Intake): Promise<void> {
  const { sql, nowMs } = intake;
  await announce(sql, 'live');
  const credentials = await credentialRecords(sql, [...intake.credentials]);
  const people = await lockedPeople(sql, [...intake.people], nowMs);
  const renamed = await lockedPeople(sql, [...intake.renamed], nowMs, { renamed: true });
  const clubs = await clubRecords(sql, [...intake.clubs]);
  const plans = intake.plans.values();
  await writeFeed(sql, [...plans, ...credentials, ...clubs, ...people, ...renamed], nowMs);
}
