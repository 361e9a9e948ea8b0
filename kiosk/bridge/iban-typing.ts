/** What the screen tells of an IBAN while it is typed: the edge's own judgement, on both ends of the bridge. */
export { compactIban, groupedIban, type IbanProgress, ibanProgress } from '@portillon/core/sale/iban.ts';
