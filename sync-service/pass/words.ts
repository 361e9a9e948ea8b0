const fr = {
  title: 'Votre pass',
  notYet: 'Ce téléphone n’a pas de pass. À la borne, choisissez « Mettre la carte sur votre téléphone ».',
  show: 'Montrer mon code',
  read: 'Lire le code de la borne',
  showing: 'Montrez ce code à la caméra de la borne. Avec du réseau, le pass arrive ensuite tout seul.',
  reading: 'Visez le code de la borne.',
  otherPhone: 'Ce code est pour un autre téléphone. Montrez d’abord le vôtre à la borne.',
  notGrant: 'Ce n’est pas le code de la borne.',
  noCamera: 'L’appareil photo ne répond pas. Autorisez cette page à l’utiliser.',
  open: 'Présentez ce code au lecteur de la porte.',
  changes: 'Il change toutes les 15 secondes. Une capture d’écran n’ouvre rien.',
  bright: 'Luminosité au maximum si le lecteur hésite.',
  offline: 'Fonctionne sans réseau. Ajoutez la page à l’écran d’accueil.',
  code: 'Code du pass',
  request: 'Code de ce téléphone',
  renew: 'Remplacer ce pass',
  back: 'Retour',
  tooOld: 'Ce navigateur ne sait pas garder un pass. Mettez-le à jour ; votre carte ouvre la porte.',
  until: (day: string) => `Valable jusqu’au ${day} inclus.`,
  over: (day: string) =>
    `Ce pass est fini depuis le ${day}. Après un renouvellement, ouvrez cette page avec du réseau.`,
  ended: 'Ce pass ne sert plus : un autre téléphone l’a remplacé, ou l’abonnement a pris fin.',
  clock: (minutes: string) =>
    `L’heure de ce téléphone est fausse (${minutes}). La porte refusera le code. Réglez l’heure sur automatique.`,
  ahead: 'd’avance',
  behind: 'de retard',
  arriving: 'Votre pass arrive.',
  retry: 'Réessayer',
  noNetwork: 'Pas de réseau. Réessayez, ou montrez votre code à la borne.',
  cardNotKnown: 'La borne n’a pas encore pu annoncer votre carte. Patientez, ou montrez-lui votre code.',
  linkUsed: 'Ce code a déjà servi à un autre téléphone. Demandez-en un autre à la borne.',
  linkExpired: 'Ce code est trop ancien. Demandez-en un autre à la borne.',
  linkWrong: 'Ce code ne vient pas d’une borne du réseau.',
};

export type PassWords = typeof fr;

const en: PassWords = {
  title: 'Your pass',
  notYet: 'This phone has no pass. At the kiosk, choose “Put your card on your phone”.',
  show: 'Show my code',
  read: 'Read the kiosk’s code',
  showing: 'Show this code to the camera of the kiosk. With a network, the pass then comes by itself.',
  reading: 'Point at the code of the kiosk.',
  otherPhone: 'This code is for another phone. Show yours to the kiosk first.',
  notGrant: 'This is not the code of the kiosk.',
  noCamera: 'The camera does not answer. Allow this page to use it.',
  open: 'Hold this code to the reader at the entrance.',
  changes: 'It changes every 15 seconds. A screenshot opens nothing.',
  bright: 'Full brightness helps if the reader hesitates.',
  offline: 'Works without a network. Add this page to your home screen.',
  code: 'Code of the pass',
  request: 'Code of this phone',
  renew: 'Replace this pass',
  back: 'Back',
  tooOld: 'This browser cannot keep a pass. Update it; your card opens the door.',
  until: (day) => `Good up to and including ${day}.`,
  over: (day) => `This pass has been over since ${day}. After a renewal, open this page with a network.`,
  ended: 'This pass is no longer good: another phone has replaced it, or the membership has ended.',
  clock: (minutes) =>
    `The clock of this phone is wrong (${minutes}). The gate will refuse the code. Set the time to automatic.`,
  ahead: 'fast',
  behind: 'slow',
  arriving: 'Your pass is on its way.',
  retry: 'Try again',
  noNetwork: 'No network. Try again, or show your code to the kiosk.',
  cardNotKnown: 'The kiosk has not been able to tell of your card yet. Wait a moment, or show it your code.',
  linkUsed: 'Another phone has used this code. Ask the kiosk for a new one.',
  linkExpired: 'This code is too old. Ask the kiosk for a new one.',
  linkWrong: 'This code does not come from a kiosk of the network.',
};

const es: PassWords = {
  title: 'Tu pase',
  notYet: 'Este teléfono no tiene pase. En el quiosco, elige poner la tarjeta en el teléfono.',
  show: 'Mostrar mi código',
  read: 'Leer el código del quiosco',
  showing: 'Muestra este código a la cámara del quiosco. Con conexión, el pase llega después solo.',
  reading: 'Apunta al código del quiosco.',
  otherPhone: 'Este código es de otro teléfono. Muestra primero el tuyo al quiosco.',
  notGrant: 'Este no es el código del quiosco.',
  noCamera: 'La cámara no responde. Permite que esta página la use.',
  open: 'Acerca este código al lector de la entrada.',
  changes: 'Cambia cada 15 segundos. Una captura de pantalla no abre nada.',
  bright: 'Brillo al máximo si el lector duda.',
  offline: 'Funciona sin conexión. Añade la página a la pantalla de inicio.',
  code: 'Código del pase',
  request: 'Código de este teléfono',
  renew: 'Reemplazar este pase',
  back: 'Volver',
  tooOld: 'Este navegador no puede guardar un pase. Actualízalo; tu tarjeta abre la puerta.',
  until: (day) => `Válido hasta el ${day} inclusive.`,
  over: (day) => `Este pase terminó el ${day}. Tras una renovación, abre esta página con conexión.`,
  ended: 'Este pase ya no sirve: otro teléfono lo ha reemplazado o la suscripción ha terminado.',
  clock: (minutes) =>
    `La hora de este teléfono está mal (${minutes}). La puerta rechazará el código. Pon la hora en automático.`,
  ahead: 'de adelanto',
  behind: 'de retraso',
  arriving: 'Tu pase está llegando.',
  retry: 'Reintentar',
  noNetwork: 'Sin conexión. Reintenta o muestra tu código al quiosco.',
  cardNotKnown: 'El quiosco aún no ha podido comunicar tu tarjeta. Espera un momento o muéstrale tu código.',
  linkUsed: 'Otro teléfono ya ha usado este código. Pide otro al quiosco.',
  linkExpired: 'Este código es demasiado antiguo. Pide otro al quiosco.',
  linkWrong: 'Este código no viene de un quiosco de la red.',
};

const pt: PassWords = {
  title: 'O seu passe',
  notYet: 'Este telemóvel não tem passe. No quiosque, escolha pôr o cartão no telemóvel.',
  show: 'Mostrar o meu código',
  read: 'Ler o código do quiosque',
  showing: 'Mostre este código à câmara do quiosque. Com rede, o passe chega depois sozinho.',
  reading: 'Aponte para o código do quiosque.',
  otherPhone: 'Este código é de outro telemóvel. Mostre primeiro o seu ao quiosque.',
  notGrant: 'Este não é o código do quiosque.',
  noCamera: 'A câmara não responde. Permita que esta página a utilize.',
  open: 'Aproxime este código do leitor da entrada.',
  changes: 'Muda a cada 15 segundos. Uma captura de ecrã não abre nada.',
  bright: 'Brilho no máximo se o leitor hesitar.',
  offline: 'Funciona sem rede. Adicione a página ao ecrã principal.',
  code: 'Código do passe',
  request: 'Código deste telemóvel',
  renew: 'Substituir este passe',
  back: 'Voltar',
  tooOld: 'Este navegador não consegue guardar um passe. Atualize-o; o seu cartão abre a porta.',
  until: (day) => `Válido até ${day}, inclusive.`,
  over: (day) => `Este passe terminou a ${day}. Depois de renovar, abra esta página com rede.`,
  ended: 'Este passe já não serve: outro telemóvel substituiu-o ou a adesão terminou.',
  clock: (minutes) =>
    `A hora deste telemóvel está errada (${minutes}). A porta vai recusar o código. Ponha a hora em automático.`,
  ahead: 'adiantada',
  behind: 'atrasada',
  arriving: 'O seu passe está a chegar.',
  retry: 'Tentar de novo',
  noNetwork: 'Sem rede. Tente de novo ou mostre o seu código ao quiosque.',
  cardNotKnown: 'O quiosque ainda não conseguiu comunicar o seu cartão. Aguarde ou mostre-lhe o seu código.',
  linkUsed: 'Outro telemóvel já usou este código. Peça outro ao quiosque.',
  linkExpired: 'Este código é demasiado antigo. Peça outro ao quiosque.',
  linkWrong: 'Este código não vem de um quiosque da rede.',
};

export const passWords = { fr, en, es, pt } as const satisfies Readonly<Record<string, PassWords>>;
export type PassLanguage = keyof typeof passWords;

/** The first of the phone's languages that is known here, else English (PS20). */
export function passLanguage(wanted: readonly string[]): PassLanguage {
  for (const language of wanted) {
    const known = language.toLowerCase().split('-')[0] ?? '';
    if (known in passWords) return known as PassLanguage;
  }
  return 'en';
}

/** How far a clock is off, for `clock`: `4 min slow`. */
export function clockWords(aheadMs: number, language: PassLanguage): string {
  const words = passWords[language];
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  const [count, unit] =
    seconds < 90
      ? ([seconds, 'second'] as const)
      : seconds < 5_400
        ? ([Math.round(seconds / 60), 'minute'] as const)
        : ([Math.round(seconds / 3_600), 'hour'] as const);
  const told = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(count);
  return `${told} ${aheadMs > 0 ? words.ahead : words.behind}`;
}

/** The last day of something that ends at this moment, in the phone's own time zone. */
export function lastDay(endMs: number, language: PassLanguage): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long' }).format(endMs - 1);
}
