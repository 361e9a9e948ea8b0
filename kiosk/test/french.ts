import { IntlMessageFormat } from 'intl-messageformat';
import messages from '../renderer/messages/fr.json' with { type: 'json' };

/** A sentence of the French catalogue with its values, as it stands on the screen. */
export function french(
  id: keyof typeof messages,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return String(new IntlMessageFormat(messages[id], 'fr').format(values));
}
