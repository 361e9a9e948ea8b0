import { countryOfSeller } from '@portillon/core/sale/pricing.ts';
import type { PaymentSummary } from './payment-summary.ts';

export interface ContractFacts {
  readonly language: 'fr' | 'en';
  readonly seller: {
    readonly name: string;
    readonly address: string;
    readonly siret: string;
    readonly vatNumber: string;
    readonly creditorId?: string | undefined;
  };
  readonly clubName: string;
  readonly mediator: string;
  readonly planName: string;
  readonly planDescription: string;
  readonly commitment: string;
  readonly price: PaymentSummary;
  readonly memberName: string;
  /** `22/11/2026` or `22 November 2026`. */
  readonly startDate: string;
  /** Of the mandate that is signed with the contract; null where there is none, or later. */
  readonly mandateReference: string | null;
  /** Of a prepaid plan: its term and its last day; absent from one that is paid by the month. */
  readonly prepaid?: { readonly months: number; readonly lastDay: string };
  readonly photo: boolean;
  readonly news: boolean;
  /** What the member gets; absent where it is a card. */
  readonly credential?: 'pass';
}

/** The wording that binds. A changed sentence is a new version: what was signed can always be found again. */
export const contractWordingVersion = '2026-11-b';

/** The contract in plain words, one screen: what, price, length, how to stop, right to withdraw. */
export function contractSummary(
  facts: ContractFacts,
): readonly { readonly title: string; readonly text: string }[] {
  const { price, prepaid } = facts;
  return facts.language === 'fr'
    ? [
        { title: 'Votre formule', text: `${facts.planName}. ${facts.planDescription}` },
        {
          title: 'Le prix',
          text: prepaid
            ? `${price.monthly} pour ${prepaid.months} mois. Aujourd’hui vous payez ${price.today}, tout compris, et rien ensuite.`
            : `${price.monthly} par mois. Aujourd’hui vous payez ${price.today}, frais d’adhésion compris.`,
        },
        { title: 'La durée', text: facts.commitment },
        {
          title: 'Pour arrêter',
          text: prepaid
            ? `Rien à faire : l’abonnement s’arrête seul le ${prepaid.lastDay} au soir.`
            : 'Dites-le à l’accueil, à cette borne ou en ligne. Le contrat s’arrête un mois plus tard.',
        },
        {
          title: 'Rétractation',
          text: 'Ce contrat est conclu sur place, au club : la loi ne prévoit pas de délai de rétractation.',
        },
      ]
    : [
        { title: 'Your plan', text: `${facts.planName}. ${facts.planDescription}` },
        {
          title: 'The price',
          text: prepaid
            ? `${price.monthly} for ${monthsInEnglish(prepaid.months)}. Today you pay ${price.today}, all included, and nothing later.`
            : `${price.monthly} a month. Today you pay ${price.today}, joining fee included.`,
        },
        { title: 'How long', text: facts.commitment },
        {
          title: 'How to stop',
          text: prepaid
            ? `Nothing to do: the membership ends by itself on ${prepaid.lastDay} in the evening.`
            : 'Tell the desk, this kiosk or the website. The contract ends one month later.',
        },
        {
          title: 'Withdrawal',
          text: 'This contract is made on the premises, in the club: the law gives no withdrawal period.',
        },
      ];
}

/** The full text, in paragraphs; one that starts with `# ` is a heading. */
export function contractText(facts: ContractFacts): readonly string[] {
  return facts.language === 'fr' ? french(facts) : english(facts);
}

function creditor(words: string, { creditorId }: ContractFacts['seller']): string {
  return creditorId === undefined ? '' : `, ${words} ${creditorId}`;
}

/** Of the establishment, by the name that it has in the country of the seller. */
function numberOf(seller: ContractFacts['seller']): string {
  return `${countryOfSeller(seller) === 'ES' ? 'NIF' : 'SIRET'} ${seller.siret}`;
}

function monthsInEnglish(months: number): string {
  return months === 1 ? 'one month' : `${months} months`;
}

function french({ seller, price, prepaid, ...facts }: ContractFacts): readonly string[] {
  return [
    '# Entre qui',
    `${seller.name}, ${seller.address}, ${numberOf(seller)}, TVA ${seller.vatNumber}${creditor('identifiant créancier SEPA', seller)}, pour le club ${facts.clubName}, et ${facts.memberName}, ci-après le membre.`,
    '# Ce que vous achetez',
    `La formule « ${facts.planName} » : ${facts.planDescription} Elle commence le ${facts.startDate}.`,
    '# Prix et paiement',
    `Le prix est de ${price.monthly} ${prepaid ? `pour ${prepaid.months} mois` : 'par mois'}, toutes taxes comprises. Aujourd’hui vous payez ${price.today} : ${price.detail}.`,
    prepaid
      ? 'Rien d’autre n’est dû ensuite, et rien n’est prélevé.'
      : facts.mandateReference === null
        ? 'Les mois suivants sont dus le même jour de chaque mois. Aucun prélèvement n’est fait sans un mandat que vous aurez signé à part.'
        : `Les mois suivants sont dus le même jour de chaque mois. Ils sont prélevés sur votre compte, avec le mandat ${facts.mandateReference} que vous lisez à l’écran suivant et signez en même temps que ce contrat.`,
    '# Durée et fin',
    prepaid
      ? `${facts.commitment} L’abonnement prend fin le ${prepaid.lastDay} au soir, sans que vous ayez rien à faire. Il ne se renouvelle pas sans vous ; vous pouvez payer une période de plus à la borne.`
      : `${facts.commitment} Vous pouvez résilier à l’accueil, à la borne ou en ligne, sans vous justifier. La résiliation prend effet un mois après votre demande ; le club la confirme par écrit.`,
    prepaid
      ? 'En cas de maladie, de déménagement ou de perte d’emploi durables, vous pouvez résilier sans préavis sur justificatif ; ce qui reste de la période vous est remboursé.'
      : 'En cas de maladie, de déménagement ou de perte d’emploi durables, vous pouvez résilier sans préavis sur justificatif.',
    ...(facts.credential === 'pass'
      ? [
          '# Votre pass',
          'Vous entrez avec un ticket, puis avec le pass de votre téléphone, qui le remplace. Ils sont personnels. Si vous les perdez, dites-le : ils sont bloqués dans tous les clubs, et un nouveau ticket vous est remis.',
        ]
      : [
          '# Votre carte',
          'La carte est personnelle. Si vous la perdez, dites-le : l’ancienne est bloquée dans tous les clubs, une nouvelle vous est remise.',
        ]),
    '# Dans le club',
    'Le club affiche ses horaires et ses consignes de sécurité. Le club répond des dommages qu’il cause ; rien dans ce contrat ne limite ses obligations légales.',
    '# Vos données',
    'Le club garde votre identité et votre contrat pendant la durée du contrat puis cinq ans, les factures dix ans, vos passages trois mois. Vous pouvez demander une copie, une rectification ou l’effacement à l’accueil ou à la borne.',
    facts.photo
      ? 'Vous avez accepté que votre photo serve à vous reconnaître à l’entrée. Elle est effacée à la fin du contrat, ou avant si vous le demandez.'
      : 'Vous n’avez pas donné de photo. Cela ne change rien à vos droits.',
    facts.news
      ? 'Vous avez accepté de recevoir les nouvelles du club. Vous pouvez changer d’avis à tout moment.'
      : 'Vous ne recevrez pas de nouvelles publicitaires.',
    '# En cas de désaccord',
    `Parlez-en d’abord au club. Sans réponse sous un mois, vous pouvez saisir gratuitement le médiateur : ${facts.mediator}.`,
    '# Signature',
    'En signant à l’écran, vous acceptez ce contrat. Une copie reste à votre disposition à l’accueil et à la borne. La version française fait foi.',
  ];
}

function english({ seller, price, prepaid, ...facts }: ContractFacts): readonly string[] {
  return [
    '# Between whom',
    `${seller.name}, ${seller.address}, ${numberOf(seller)}, VAT ${seller.vatNumber}${creditor('SEPA creditor identifier', seller)}, for the club ${facts.clubName}, and ${facts.memberName}, called the member below.`,
    '# What you buy',
    `The plan “${facts.planName}”: ${facts.planDescription} It starts on ${facts.startDate}.`,
    '# Price and payment',
    `The price is ${price.monthly} ${prepaid ? `for ${monthsInEnglish(prepaid.months)}` : 'a month'}, tax included. Today you pay ${price.today}: ${price.detail}.`,
    prepaid
      ? 'Nothing else is due later, and nothing is debited.'
      : facts.mandateReference === null
        ? 'The following months are due on the same day of each month. Nothing is debited without a mandate that you sign apart.'
        : `The following months are due on the same day of each month. They are debited from your account, with the mandate ${facts.mandateReference} that you read on the next screen and sign together with this contract.`,
    '# Length and end',
    prepaid
      ? `${facts.commitment} The membership ends on ${prepaid.lastDay} in the evening without your doing anything. It does not renew without you; you can pay for another period at the kiosk.`
      : `${facts.commitment} You can end it at the desk, at the kiosk or online, without a reason. It ends one month after you asked; the club confirms it in writing.`,
    prepaid
      ? 'In case of lasting illness, a move or the loss of your job, you can end it at once with proof; what is left of the period is refunded.'
      : 'In case of lasting illness, a move or the loss of your job, you can end it at once with proof.',
    ...(facts.credential === 'pass'
      ? [
          '# Your pass',
          'You come in with a ticket, then with the pass on your phone, which takes its place. They are personal. If you lose them, tell us: they are blocked in every club and you get a new ticket.',
        ]
      : [
          '# Your card',
          'The card is personal. If you lose it, tell us: the old one is blocked in every club and you get a new one.',
        ]),
    '# In the club',
    'The club shows its hours and its safety rules. The club answers for damage that it causes; nothing in this contract limits its legal duties.',
    '# Your data',
    'The club keeps your identity and contract for the length of the contract and five years, invoices for ten years, your passages for three months. You can ask for a copy, a correction or erasure at the desk or at the kiosk.',
    facts.photo
      ? 'You have accepted that your photo serves to recognise you at the entrance. It is erased at the end of the contract, or earlier if you ask.'
      : 'You have given no photo. This changes nothing to your rights.',
    facts.news
      ? 'You have accepted to receive news of the club. You can change your mind at any time.'
      : 'You will not receive advertising news.',
    '# If we disagree',
    `Talk to the club first. With no answer within a month, you can turn to the mediator, free of charge: ${facts.mediator}.`,
    '# Signature',
    'By signing on the screen you accept this contract. A copy stays at your disposal at the desk and at the kiosk. The French version is binding.',
  ];
}
