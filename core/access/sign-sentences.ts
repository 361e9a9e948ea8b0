import type { SignName } from './gate-sign.ts';
import type { InEachLanguage } from './person-language.ts';

export interface SignSentences {
  /** What is the matter. */
  readonly matter: InEachLanguage;
  /** What would change it: what to do now. */
  readonly change: InEachLanguage;
}

const askStaff: InEachLanguage = {
  fr: 'Adressez-vous à l’accueil : l’équipe peut vous aider.',
  en: 'Please ask at the desk: our staff can help you.',
  es: 'Pase por recepción: el equipo puede ayudarle.',
  pt: 'Dirija-se à receção: a equipa pode ajudar.',
};

/** The words on the gate's screen under the large one (`signWords`), for whoever stands there and whoever reads along. */
export const signSentences: Readonly<Record<SignName, SignSentences>> = {
  granted: {
    matter: {
      fr: 'Le passage est ouvert.',
      en: 'The gate is open.',
      es: 'El paso está abierto.',
      pt: 'A passagem está aberta.',
    },
    change: {
      fr: 'Avancez, une seule personne à la fois.',
      en: 'Please walk through, one person at a time.',
      es: 'Pase, por favor, una sola persona cada vez.',
      pt: 'Avance, por favor, uma pessoa de cada vez.',
    },
  },
  goodbye: {
    matter: {
      fr: 'La sortie est ouverte.',
      en: 'The way out is open.',
      es: 'La salida está abierta.',
      pt: 'A saída está aberta.',
    },
    change: {
      fr: 'Avancez, une seule personne à la fois.',
      en: 'Please walk through, one person at a time.',
      es: 'Pase, por favor, una sola persona cada vez.',
      pt: 'Avance, por favor, uma pessoa de cada vez.',
    },
  },
  wait: {
    matter: {
      fr: 'Quelqu’un est encore dans le passage.',
      en: 'Somebody is still walking through.',
      es: 'Todavía hay alguien pasando.',
      pt: 'Ainda está alguém a passar.',
    },
    change: {
      fr: 'Le passage s’ouvre ensuite pour vous.',
      en: 'The gate opens for you next.',
      es: 'Después se abrirá para usted.',
      pt: 'A seguir, a passagem abre para si.',
    },
  },
  again: {
    matter: {
      fr: 'Deux personnes passent avant vous.',
      en: 'Two people are ahead of you.',
      es: 'Hay dos personas delante de usted.',
      pt: 'Há duas pessoas à sua frente.',
    },
    change: {
      fr: 'Présentez-vous de nouveau quand elles seront passées.',
      en: 'Please try again once they are through.',
      es: 'Vuelva a intentarlo cuando hayan pasado.',
      pt: 'Tente outra vez quando tiverem passado.',
    },
  },
  'not-released': {
    matter: {
      fr: 'Vous pouvez entrer, mais le portillon ne s’ouvre pas.',
      en: 'You may come in, but the gate does not open.',
      es: 'Puede entrar, pero el torno no se abre.',
      pt: 'Pode entrar, mas o torniquete não abre.',
    },
    change: {
      fr: 'Prenez un autre passage ou adressez-vous à l’accueil.',
      en: 'Please use another gate or ask at the desk.',
      es: 'Use otro paso o pregunte en recepción.',
      pt: 'Use outra passagem ou dirija-se à receção.',
    },
  },
  'held-open': {
    matter: {
      fr: 'Ce passage reste ouvert.',
      en: 'This gate stays open.',
      es: 'Este paso permanece abierto.',
      pt: 'Esta passagem fica aberta.',
    },
    change: {
      fr: 'Entrez, sans carte ni code.',
      en: 'Please go in, no card or code is needed.',
      es: 'Pase, no necesita tarjeta ni código.',
      pt: 'Entre, não precisa de cartão nem de código.',
    },
  },
  locked: {
    matter: {
      fr: 'On n’entre pas par ici en ce moment. La sortie reste libre.',
      en: 'Nobody can come in here now. The way out is free.',
      es: 'Ahora no se puede entrar por aquí. La salida está libre.',
      pt: 'De momento não se entra por aqui. A saída está livre.',
    },
    change: {
      fr: 'Prenez un autre passage ou adressez-vous à l’accueil.',
      en: 'Please use another gate or ask at the desk.',
      es: 'Use otro paso o pregunte en recepción.',
      pt: 'Use outra passagem ou dirija-se à receção.',
    },
  },
  'out-of-order': {
    matter: {
      fr: 'Ce portillon ne fonctionne pas. La sortie reste libre.',
      en: 'This gate does not work. The way out is free.',
      es: 'Este torno no funciona. La salida está libre.',
      pt: 'Este torniquete não funciona. A saída está livre.',
    },
    change: {
      fr: 'Prenez un autre passage ou adressez-vous à l’accueil.',
      en: 'Please use another gate or ask at the desk.',
      es: 'Use otro paso o pregunte en recepción.',
      pt: 'Use outra passagem ou dirija-se à receção.',
    },
  },
  emergency: {
    matter: {
      fr: 'Alarme : toutes les portes sont ouvertes.',
      en: 'Alarm: all doors are open.',
      es: 'Alarma: todas las puertas están abiertas.',
      pt: 'Alarme: todas as portas estão abertas.',
    },
    change: {
      fr: 'Sortez calmement et suivez les issues de secours.',
      en: 'Leave calmly and follow the exit signs.',
      es: 'Salgan con calma por las salidas de emergencia.',
      pt: 'Saiam com calma pelas saídas de emergência.',
    },
  },
  unknown: {
    matter: {
      fr: 'Cette carte ou ce code n’est pas connu ici.',
      en: 'This card or code is not known here.',
      es: 'Esta tarjeta o este código no se conoce aquí.',
      pt: 'Este cartão ou código não é conhecido aqui.',
    },
    change: {
      fr: 'Essayez encore, ou adressez-vous à l’accueil.',
      en: 'Please try again, or ask at the desk.',
      es: 'Inténtelo otra vez o pregunte en recepción.',
      pt: 'Tente outra vez ou dirija-se à receção.',
    },
  },
  'code-retired': {
    matter: {
      fr: 'Les anciens codes n’ouvrent plus ici.',
      en: 'Old codes open no more here.',
      es: 'Los códigos antiguos ya no abren aquí.',
      pt: 'Os códigos antigos já não abrem aqui.',
    },
    change: {
      fr: 'Prenez votre pass à la borne, ou voyez l’accueil.',
      en: 'Please get your pass at the kiosk, or ask at the desk.',
      es: 'Obtenga su pase en el quiosco o pregunte en recepción.',
      pt: 'Obtenha o seu passe no quiosque ou dirija-se à receção.',
    },
  },
  'code-out-of-time': {
    matter: {
      fr: 'Ce code est celui d’un autre moment.',
      en: 'This code belongs to another moment.',
      es: 'Este código es de otro momento.',
      pt: 'Este código é de outro momento.',
    },
    change: {
      fr: 'Ouvrez votre pass et vérifiez l’heure du téléphone.',
      en: 'Please open your pass and check your phone’s time.',
      es: 'Abra su pase y compruebe la hora del teléfono.',
      pt: 'Abra o seu passe e verifique a hora do telefone.',
    },
  },
  'code-used': {
    matter: {
      fr: 'Ce code a déjà ouvert un passage.',
      en: 'This code has opened a gate before.',
      es: 'Este código ya ha abierto un paso.',
      pt: 'Este código já abriu uma passagem.',
    },
    change: {
      fr: 'Présentez le suivant : il vient en 15 secondes.',
      en: 'Please show the next one: it comes within 15 seconds.',
      es: 'Muestre el siguiente: llega en 15 segundos.',
      pt: 'Mostre o seguinte: aparece em 15 segundos.',
    },
  },
  'not-started': {
    matter: {
      fr: 'Votre accès commence plus tard.',
      en: 'Your access starts later.',
      es: 'Su acceso empieza más adelante.',
      pt: 'O seu acesso começa mais tarde.',
    },
    change: {
      fr: 'Revenez à la date de début, ou voyez l’accueil.',
      en: 'Please come back on its first day, or ask at the desk.',
      es: 'Vuelva el primer día o pregunte en recepción.',
      pt: 'Volte no primeiro dia ou dirija-se à receção.',
    },
  },
  'wrong-club': {
    matter: {
      fr: 'Votre formule est valable dans votre club.',
      en: 'Your plan is valid at your home club.',
      es: 'Su tarifa es válida en su propio club.',
      pt: 'O seu plano é válido no seu próprio clube.',
    },
    change: {
      fr: 'Ici, prenez une entrée à la journée à la borne ou à l’accueil.',
      en: 'Here, the kiosk or the desk has day entries for you.',
      es: 'Aquí, pida una entrada de un día en el quiosco o en recepción.',
      pt: 'Aqui, peça uma entrada diária no quiosque ou na receção.',
    },
  },
  'club-closed': {
    matter: {
      fr: 'Le club est fermé aujourd’hui.',
      en: 'The club is closed today.',
      es: 'El club está cerrado hoy.',
      pt: 'O clube está fechado hoje.',
    },
    change: {
      fr: 'Revenez dès la réouverture : voyez les horaires affichés.',
      en: 'Please come back when it opens: see the posted hours.',
      es: 'Vuelva cuando abra: consulte el horario expuesto.',
      pt: 'Volte quando abrir: consulte o horário afixado.',
    },
  },
  'closed-hours': {
    matter: {
      fr: 'Votre accès n’est pas ouvert à cette heure.',
      en: 'Your access is not open at this hour.',
      es: 'Su acceso no está abierto a esta hora.',
      pt: 'O seu acesso não está aberto a esta hora.',
    },
    change: {
      fr: 'Revenez aux heures de votre formule, affichées à l’entrée.',
      en: 'Please come back in the hours of your plan, shown outside.',
      es: 'Vuelva en el horario de su tarifa, expuesto en la entrada.',
      pt: 'Volte no horário do seu plano, afixado à entrada.',
    },
  },
  'ticket-spent': {
    matter: {
      fr: 'Ce ticket a déjà servi.',
      en: 'This ticket has been used.',
      es: 'Esta entrada ya se ha usado.',
      pt: 'Este bilhete já foi usado.',
    },
    change: {
      fr: 'La borne ou l’accueil vous en donne un autre.',
      en: 'The kiosk or the desk has another one for you.',
      es: 'En el quiosco o en recepción le dan otra.',
      pt: 'Peça outro no quiosque ou na receção.',
    },
  },
  'guardian-missing': {
    matter: {
      fr: 'Vous entrez avec l’adulte qui vous accompagne.',
      en: 'You come in with the adult who is with you.',
      es: 'Usted entra con el adulto que le acompaña.',
      pt: 'Entra com o adulto que vem consigo.',
    },
    change: {
      fr: 'Laissez-le passer, puis présentez-vous de nouveau.',
      en: 'Please let them go first, then try again.',
      es: 'Deje que pase primero y vuelva a intentarlo.',
      pt: 'Deixe-o passar primeiro e tente outra vez.',
    },
  },
  'member-missing': {
    matter: {
      fr: 'Vous entrez avec la personne qui vous invite.',
      en: 'You come in with the member you are with.',
      es: 'Usted entra con la persona que le invita.',
      pt: 'Entra com a pessoa que o convida.',
    },
    change: {
      fr: 'Laissez-la passer, puis présentez-vous de nouveau.',
      en: 'Please let them go first, then try again.',
      es: 'Deje que pase primero y vuelva a intentarlo.',
      pt: 'Deixe-a passar primeiro e tente outra vez.',
    },
  },
  'already-inside': {
    matter: {
      fr: 'Vous êtes déjà dans le club.',
      en: 'You are already inside.',
      es: 'Usted ya está dentro del club.',
      pt: 'Já se encontra dentro do clube.',
    },
    change: {
      fr: 'Si ce n’est pas le cas, adressez-vous à l’accueil.',
      en: 'If that is a mistake, please ask at the desk.',
      es: 'Si es un error, pregunte en recepción.',
      pt: 'Se for um engano, dirija-se à receção.',
    },
  },
  'full-house': {
    matter: {
      fr: 'Toutes les places sont prises.',
      en: 'There is no room inside just now.',
      es: 'Ahora mismo no queda sitio dentro.',
      pt: 'De momento não há lugar lá dentro.',
    },
    change: {
      fr: 'Attendez que quelqu’un sorte, puis essayez encore.',
      en: 'Please wait until somebody leaves, then try again.',
      es: 'Espere a que salga alguien y vuelva a intentarlo.',
      pt: 'Espere que saia alguém e tente outra vez.',
    },
  },
  'see-kiosk': {
    matter: {
      fr: 'Le passage ne s’ouvre pas cette fois.',
      en: 'The gate does not open this time.',
      es: 'Esta vez el paso no se abre.',
      pt: 'Desta vez a passagem não abre.',
    },
    change: {
      fr: 'Allez à la borne : elle vous dit quoi faire. Sinon, à l’accueil.',
      en: 'Please go to the kiosk: it tells you what to do. Or ask at the desk.',
      es: 'Vaya al quiosco: le dirá qué hacer. O pregunte en recepción.',
      pt: 'Vá ao quiosque: ele diz o que fazer. Ou dirija-se à receção.',
    },
  },
  'see-desk': {
    matter: {
      fr: 'Le passage ne s’ouvre pas cette fois.',
      en: 'The gate does not open this time.',
      es: 'Esta vez el paso no se abre.',
      pt: 'Desta vez a passagem não abre.',
    },
    change: askStaff,
  },
};
