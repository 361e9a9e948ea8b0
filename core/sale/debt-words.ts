import type { DebtReason } from '../wire/messages.ts';

/** What a debt is called on screens, receipts and in the books: short, and nothing that others in the queue need not know. */
export const debtWords: Readonly<Record<DebtReason, { readonly fr: string; readonly en: string }>> = {
  'direct-debit-rejected': { fr: 'Prélèvement non passé', en: 'Direct debit not paid' },
  'card-replacement': { fr: 'Remplacement de la carte', en: 'Card replacement' },
  'unpaid-period': { fr: 'Période non payée', en: 'Unpaid period' },
  other: { fr: 'Somme due au club', en: 'Amount owed to the club' },
};
