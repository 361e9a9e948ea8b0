/** The words of a SEPA core mandate (EPC392-08 v5.0: heading, reference, authorisation, refund, parties, kind, place, date). */
export interface MandateFacts {
  /** The debtor's language. */
  readonly language: 'fr' | 'en';
  readonly creditor: {
    readonly name: string;
    readonly address: string;
    /** ICS, `FR72ZZZ123456`. */
    readonly creditorId: string;
  };
  readonly holder: string;
  /** `FR76 •••• 189`: what is read, signed and printed never shows more of an account. */
  readonly maskedIban: string;
  /** UMR, RUM. */
  readonly reference: string;
  readonly place: string;
  /** In words. */
  readonly signedOn: string;
}

/** The wording that binds. A changed sentence is a new version. */
export const mandateWordingVersion = '2026-11-a';

/** In paragraphs; one that starts with `# ` is a heading. */
export function mandateText(facts: MandateFacts): readonly string[] {
  // Stays on one line wherever it is read.
  const account = facts.maskedIban.replaceAll(' ', '\u00a0');
  return facts.language === 'fr' ? french(facts, account) : english(facts, account);
}

function french({ creditor, ...facts }: MandateFacts, account: string): readonly string[] {
  return [
    '# Mandat de prélèvement SEPA',
    `Référence unique du mandat\u00a0: ${facts.reference}`,
    `En signant ce mandat, vous autorisez (A) ${creditor.name} à envoyer des instructions à votre banque pour débiter votre compte, et (B) votre banque à débiter votre compte selon les instructions de ${creditor.name}.`,
    'Vous avez le droit d’être remboursé par votre banque selon la convention que vous avez passée avec elle. La demande de remboursement doit être présentée dans les 8 semaines qui suivent la date de débit de votre compte.',
    '# Débiteur',
    `${facts.holder}. Compte (IBAN)\u00a0: ${account}. Le signataire déclare pouvoir disposer de ce compte.`,
    '# Créancier',
    `${creditor.name}, ${creditor.address}. Identifiant créancier SEPA\u00a0: ${creditor.creditorId}.`,
    '# Prélèvements',
    'Type de paiement\u00a0: récurrent. Le montant et la date de chaque prélèvement vous sont annoncés au moins 14 jours avant\u00a0; une seule annonce peut valoir pour plusieurs mois.',
    `Fait à ${facts.place}, le ${facts.signedOn}.`,
    'Vos droits sur ce mandat sont expliqués dans un document que votre banque peut vous remettre.',
  ];
}

function english({ creditor, ...facts }: MandateFacts, account: string): readonly string[] {
  return [
    '# SEPA Direct Debit Mandate',
    `Unique mandate reference: ${facts.reference}`,
    `By signing this mandate, you authorise (A) ${creditor.name} to send instructions to your bank to debit your account, and (B) your bank to debit your account in accordance with the instructions from ${creditor.name}.`,
    'You are entitled to a refund from your bank under the terms of your agreement with your bank. A refund must be claimed within 8 weeks of the date on which your account was debited.',
    '# Debtor',
    `${facts.holder}. Account (IBAN): ${account}. Whoever signs declares to be entitled to use this account.`,
    '# Creditor',
    `${creditor.name}, ${creditor.address}. SEPA creditor identifier: ${creditor.creditorId}.`,
    '# Debits',
    'Type of payment: recurrent. Amount and date of each debit are announced to you at least 14 days before; one notice may cover several months.',
    `Signed in ${facts.place}, on ${facts.signedOn}.`,
    'Your rights on this mandate are explained in a statement that you can obtain from your bank.',
  ];
}
