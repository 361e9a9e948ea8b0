import { mod97 } from './mod-97.ts';

/**
 * Whether a SEPA creditor identifier (ICS) is well formed and its check digits hold (EPC262-08): country, two check digits,
 * a business code of three characters that is not part of the check, and the national identifier.
 */
export function isCreditorIdentifier(text: string): boolean {
  const shape = /^([A-Z]{2})(\d{2})[A-Z0-9]{3}([A-Z0-9]{1,28})$/.exec(text);
  if (!shape) return false;
  const [, country = '', check = '', national = ''] = shape;
  // France: six characters of the Banque de France after the business code.
  if (country === 'FR' && national.length !== 6) return false;
  return 98 - mod97(`${national}${country}00`) === Number(check);
}

/** The seller as a creditor of direct debits; null where it may not collect any. */
export function creditorIdOf(seller: { readonly creditorId?: string | undefined }): string | null {
  const { creditorId } = seller;
  return creditorId !== undefined && isCreditorIdentifier(creditorId) ? creditorId : null;
}

/** Whether the months after the first are collected by direct debit (Q7). */
export function isDebited(
  plan: { readonly monthlyCents: number },
  seller: { readonly creditorId?: string | undefined },
): boolean {
  return plan.monthlyCents > 0 && creditorIdOf(seller) !== null;
}
