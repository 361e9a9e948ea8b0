import { z } from 'zod';
import {
  type ClosingView,
  closingViewSchema,
  type ShownClosing,
  shownClosingSchema,
} from '../http/staff/closing-view.ts';

/** What the page asks of the base about closings. A failure rejects; a refusal is an outcome. */

const addressOf = (clubId: string, period: string) => `api/clubs/${clubId}/closings/${period}`;

export async function readClosings(
  clubId: string,
  period: string,
  signal: AbortSignal,
): Promise<ClosingView> {
  const response = await fetch(addressOf(clubId, period), { signal });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return closingViewSchema.parse(await response.json());
}

export type NotClosed = 'period-open' | 'tills-missing' | 'key-lost' | 'refused';

const refusalSchema = z.object({ error: z.object({ code: z.string() }) });
const known: Readonly<Record<string, NotClosed>> = {
  'closing.period-open': 'period-open',
  'closing.tills-missing': 'tills-missing',
  'closing.key-lost': 'key-lost',
};

export async function signOff(
  clubId: string,
  period: string,
  withoutMissing: boolean,
): Promise<ShownClosing | NotClosed> {
  const response = await fetch(addressOf(clubId, period), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ withoutMissing }),
  });
  if (response.ok) return shownClosingSchema.parse(await response.json());
  const refusal = refusalSchema.safeParse(await response.json().catch(() => null));
  if (!refusal.success) throw new Error(`HTTP ${response.status}`);
  return known[refusal.data.error.code] ?? 'refused';
}
