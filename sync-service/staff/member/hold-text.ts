import { untilLifted } from '../../http/staff/access-view.ts';
import { fullDate } from '../full-date.ts';
import type { Language } from '../words.ts';
import { memberWords } from './member-words.ts';

/** Until when somebody is on hold, in words. */
export function holdText(until: string, timeZone: string | undefined, language: Language): string {
  const text = memberWords[language];
  return until === untilLifted ? text.onHold : text.onHoldUntil(fullDate(until, timeZone, language));
}
