import type { IntlShape } from 'react-intl';
import { useIntl } from 'react-intl';
import type { Language } from '../bridge/view.ts';
import en from './messages/en.json';
import fr from './messages/fr.json';

export type MessageId = keyof typeof fr;

export const catalogues: Record<Language, Record<MessageId, string>> = { fr, en };

/** Languages by their own name, the same in every language; no flags. */
export const nativeLanguageNames: Record<Language, string> = { fr: 'Français', en: 'English' };

export interface Words {
  readonly language: Language;
  say(id: MessageId, values?: Record<string, string | number>): string;
}

export function useWords(): Words {
  const intl: IntlShape = useIntl();
  return {
    language: intl.locale === 'en' ? 'en' : 'fr',
    say: (id, values) => intl.formatMessage({ id }, values),
  };
}
