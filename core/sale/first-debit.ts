/**
 * Q16: the day from which the months after the first are due, `YYYY-MM-DD`: that of the same number in the next month, or the
 * last of that month where it has none.
 */
export function firstDebitOn(signedOn: string): string {
  const [year = 0, month = 1, day = 1] = signedOn.split('-').map(Number);
  const lastOfMonth = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, month, Math.min(day, lastOfMonth))).toISOString().slice(0, 10);
}
