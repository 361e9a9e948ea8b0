const fr = {
  title: 'Votre pass',
  notYet:
    'Ce téléphone n’a pas encore de pass. À la borne, choisissez « Mettre aussi la carte sur votre téléphone ».',
  show: 'Montrer mon code',
  read: 'Lire le code de la borne',
  showing: 'Montrez ce code à la caméra de la borne.',
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
};

const en: typeof fr = {
  title: 'Your pass',
  notYet: 'This phone has no pass yet. At the kiosk, choose “Put your card on your phone too”.',
  show: 'Show my code',
  read: 'Read the kiosk’s code',
  showing: 'Show this code to the camera of the kiosk.',
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
};

export type PassWords = typeof fr;

export function wordsFor(language: string): { readonly language: 'fr' | 'en'; readonly words: PassWords } {
  return language.toLowerCase().startsWith('fr')
    ? { language: 'fr', words: fr }
    : { language: 'en', words: en };
}
