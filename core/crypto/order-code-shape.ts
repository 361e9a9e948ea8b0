/** As many digits as people read off a slip and type without a mistake. */
export const orderCodeDigits = 8;

/** `1234 5678`, as it is shown and read aloud; what is typed so far, on its way to that. */
export function groupedCode(code: string): string {
  return `${code.slice(0, 4)} ${code.slice(4)}`.trim();
}
