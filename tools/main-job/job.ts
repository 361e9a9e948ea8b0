import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@portillon/core/base/clock.ts';
import type { Page } from 'playwright-core';
import type { ClubPrograms } from '../start/club-programs.mjs';

/** How long a step may take. */
export const limitMs = 30_000;

/** What the kiosk says of itself. */
export interface Health {
  readonly devices: Readonly<Record<string, { readonly status: string; readonly fault: string | null }>>;
  readonly inside: number;
  readonly outboxLeft: number;
  readonly enrolled: boolean;
  readonly online: boolean;
  readonly plans: number;
}

/** What is to be walked through, and how. */
export interface Job {
  /** The club file of another club than the usual one. */
  readonly clubFile: string | null;
  readonly offline: boolean;
  readonly language: 'fr' | 'en';
  readonly terminal: string | undefined;
  readonly gate: string | undefined;
  readonly credential: 'card' | 'pass' | 'ticket';
  readonly screenshots: string | null;
  readonly keep: boolean;
  readonly say: (line: string) => void;
  readonly clock: Clock;
}

export type Club = Awaited<ReturnType<ClubPrograms['start']>>;

/** What the member base tells once it stands. */
export interface ToldByBase {
  readonly staffUrl: string;
  readonly staff: { readonly user: string; readonly password: string };
  readonly databaseUrl: string;
  readonly clubs: Readonly<Record<string, string>>;
}

/** Somewhere on the paper a line ends with this amount, whatever the language puts between the digits. */
export function showsAmount(lines: readonly string[], amountCents: number): boolean {
  return lines.some((line) => line.replaceAll(/\D/g, '').endsWith(String(amountCents)));
}

/** Runs in the page: resolves when everything that moves once has come to rest. */
const stillPicture = `Promise.all(document.getAnimations()
  .filter((each) => each.effect.getComputedTiming().iterations !== Infinity)
  .map((each) => each.finished.catch(() => undefined))).then(() => undefined)`;

/** Takes one picture more, numbered in their order, where the job asks for pictures. */
export type Shoot = (page: Page, name: string) => Promise<void>;

export function shooter({ screenshots }: Job): Shoot {
  if (screenshots) mkdirSync(screenshots, { recursive: true });
  let number = 0;
  return async (page, name) => {
    if (!screenshots) return;
    number += 1;
    // A screen that still slides in is no picture of it.
    await page.evaluate(stillPicture);
    await page.screenshot({ path: join(screenshots, `${String(number).padStart(2, '0')}-${name}.png`) });
  };
}
