import type { InEachLanguage } from '@portillon/core/access/person-language.ts';
import type { SignSentences } from '@portillon/core/access/sign-sentences.ts';
import type { GateScreenView } from '../bridge/gate-screen-view.ts';

/** To whoever comes, by what can be presented here. */
export const idleWords: Readonly<Record<GateScreenView['accepts'], InEachLanguage>> = {
  both: {
    fr: 'Présentez votre carte ou votre code',
    en: 'Present your card or your code',
    es: 'Presente su tarjeta o su código',
    pt: 'Apresente o seu cartão ou código',
  },
  card: {
    fr: 'Présentez votre carte',
    en: 'Present your card',
    es: 'Presente su tarjeta',
    pt: 'Apresente o seu cartão',
  },
  code: {
    fr: 'Présentez votre code',
    en: 'Present your code',
    es: 'Presente su código',
    pt: 'Apresente o seu código',
  },
};

/** While the edge is away: this page knows nothing, and says so. */
export const goneWords: InEachLanguage = {
  fr: 'Un instant',
  en: 'One moment',
  es: 'Un momento',
  pt: 'Um momento',
};

export const goneSentences: SignSentences = {
  matter: {
    fr: 'Cet écran a perdu la liaison avec le portillon.',
    en: 'This screen has lost its line to the gate.',
    es: 'Esta pantalla ha perdido la conexión con el torno.',
    pt: 'Este ecrã perdeu a ligação ao torniquete.',
  },
  change: {
    fr: 'Il revient tout seul. La sortie reste libre.',
    en: 'It comes back by itself. The way out is free.',
    es: 'Vuelve por sí sola. La salida está libre.',
    pt: 'Volta sozinho. A saída está livre.',
  },
};
