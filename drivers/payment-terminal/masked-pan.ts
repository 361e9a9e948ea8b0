/** All that may be kept of a card number (I14): its last four digits, whatever the terminal masked or forgot to mask. */
export function maskPan(pan: string | undefined): string {
  const last = pan?.trim().slice(-4) ?? '';
  return /^[0-9]{4}$/.test(last) ? `************${last}` : '';
}
