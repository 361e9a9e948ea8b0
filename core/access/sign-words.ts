import type { SignName } from './gate-sign.ts';
import type { InEachLanguage } from './person-language.ts';

/**
 * A decision in sixteen letters: all that the small display of a reader holds (most drop the accents), and the large word on
 * the gate's screen. Words for everybody, whoever it is that stands there.
 */
export const signWords: Readonly<Record<SignName, InEachLanguage>> = {
  granted: { fr: 'Bienvenue', en: 'Welcome', es: 'Adelante', pt: 'Pode entrar' },
  goodbye: { fr: 'À bientôt', en: 'See you soon', es: 'Hasta pronto', pt: 'Até breve' },
  wait: { fr: 'Un instant', en: 'One moment', es: 'Un momento', pt: 'Um momento' },
  again: { fr: 'Essayez encore', en: 'Try once more', es: 'Pruebe otra vez', pt: 'Tente outra vez' },
  'not-released': {
    fr: 'Voir l’accueil',
    en: 'Ask at the desk',
    es: 'Pase a recepción',
    pt: 'Vá à receção',
  },
  'held-open': { fr: 'Passage libre', en: 'Please go in', es: 'Paso libre', pt: 'Passagem livre' },
  locked: { fr: 'Entrée fermée', en: 'Entry is locked', es: 'Entrada cerrada', pt: 'Entrada fechada' },
  'out-of-order': { fr: 'Hors service', en: 'Out of order', es: 'No funciona', pt: 'Fora de serviço' },
  emergency: { fr: 'Sortez du club', en: 'Leave the club', es: 'Salgan del club', pt: 'Saiam do clube' },
  unknown: { fr: 'Non reconnu', en: 'Not recognised', es: 'No reconocido', pt: 'Não reconhecido' },
  'code-retired': {
    fr: 'Ancien code',
    en: 'Old code',
    es: 'Código antiguo',
    pt: 'Código antigo',
  },
  'code-out-of-time': {
    fr: 'Code pas valable',
    en: 'Code not valid',
    es: 'Código no válido',
    pt: 'Código inválido',
  },
  'code-used': {
    fr: 'Code déjà passé',
    en: 'Code used before',
    es: 'Código ya usado',
    pt: 'Código já usado',
  },
  'not-started': {
    fr: 'Pas encore actif',
    en: 'Not started yet',
    es: 'Aún no activo',
    pt: 'Ainda não ativo',
  },
  'wrong-club': { fr: 'Autre club', en: 'Other club only', es: 'Solo otro club', pt: 'Só noutro clube' },
  'club-closed': { fr: 'Club fermé', en: 'Club is closed', es: 'Club cerrado', pt: 'Clube fechado' },
  'closed-hours': { fr: 'Hors horaires', en: 'Outside hours', es: 'Fuera de horario', pt: 'Fora do horário' },
  'ticket-spent': { fr: 'Déjà utilisé', en: 'Already used', es: 'Ya utilizado', pt: 'Já utilizado' },
  'guardian-missing': {
    fr: 'Après l’adulte',
    en: 'After the adult',
    es: 'Tras el adulto',
    pt: 'Após o adulto',
  },
  'member-missing': {
    fr: 'Après le membre',
    en: 'After the member',
    es: 'Tras el socio',
    pt: 'Após o sócio',
  },
  'already-inside': { fr: 'Déjà au club', en: 'Already inside', es: 'Ya está dentro', pt: 'Já está dentro' },
  'full-house': { fr: 'Club complet', en: 'Club is full', es: 'Aforo completo', pt: 'Lotação esgotada' },
  'see-kiosk': { fr: 'Voir la borne', en: 'See the kiosk', es: 'Vaya al quiosco', pt: 'Vá ao quiosque' },
  'see-desk': {
    fr: 'Voir l’accueil',
    en: 'Ask at the desk',
    es: 'Pase a recepción',
    pt: 'Vá à receção',
  },
};
