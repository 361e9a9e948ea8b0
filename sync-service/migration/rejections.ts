/** Why a line stays out (MI4), and what to do about it: told with every such line. */
export const rejectionAdvice = {
  unreadable: 'a quote opens and does not close where a field ends: correct the quotes of the line',
  'field-count': 'the line has more or fewer fields than the head: look for a separator inside a field',
  encoding: 'the bytes are no text in the encoding that the mapping file names: name the right one',
  missing: 'the field is empty and must not be: fill it in',
  'too-long': 'the field is longer than the base keeps: shorten it',
  'control-characters': 'the field holds characters that are no text: take them out',
  formula: 'the field begins like a formula of a spreadsheet: write what is meant',
  'no-date': 'not a date in the format of the mapping file, or a day that does not exist: correct it',
  'date-out-of-range':
    'a date nobody can mean: correct it, or name it under noEnd where it says that there is no end',
  'ends-before-start': 'the end lies before the beginning: correct one of them',
  'no-amount': 'not an amount with at most two decimals: write it as the mapping file says',
  'amount-negative':
    'money that the club owes the member is not brought over: give it back, or settle it first',
  'amount-too-large': 'above 100,000.00: correct it',
  'value-unknown': 'the mapping file does not say what this value means: add it to the table',
  'no-email': 'not an e-mail address: correct it or leave it empty',
  'no-number': 'not the number of a chip of 4 to 10 bytes: correct it, or name its form in the mapping file',
  'no-code': 'an old code has 4 to 1000 characters and does not begin like a code of ours: correct it',
  'duplicate-row': 'an earlier line has the same number in the source: keep one of them',
  'unknown-member':
    'no member with that number was brought over: correct the number, or the line of the member',
  'badge-taken': 'another badge, code or card in use has that number: block one of them, then import again',
  'badge-moved': 'the badge was brought over for another member: block it on that member’s page first',
  'no-photo': 'there is no such file in the folder of photos: bring it, or take the line out',
  'photo-type': 'neither a JPEG nor a PNG picture: convert it',
  'photo-too-large': 'above 4 MB: make it smaller',
} as const;
export type RejectionCode = keyof typeof rejectionAdvice;

/** A line that is not brought over. */
export interface Rejection {
  readonly code: RejectionCode;
  /** Column as the file calls it; null for the whole line. */
  readonly column: string | null;
}

/** Lines that are right and are not brought over all the same (MI7). */
export const leftOutReasons = [
  /** Badge of somebody whose membership is over. */
  'membership-over',
  /** A sale here has changed it since: the base's word holds. */
  'sold-since',
  /** Money that was settled here since. */
  'settled-since',
  'nothing-owed',
  /** Taken out of the base on its member's wish. */
  'erased',
  /** Of a record that was merged into another: a person decided which one counts (DU13). */
  'merged',
] as const;
export type LeftOutReason = (typeof leftOutReasons)[number];
