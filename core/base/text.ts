/** Half of a character (a lone surrogate) or a NUL is kept by no store as it came. */
export const isWholeText = (text: string): boolean => !text.includes('\0') && !/\p{Cs}/u.test(text);

/** Words for a text that is not whole. */
export const notWholeText = 'holds a NUL or half of a character';

/**
 * Whether there is anything to be seen in it: more than blanks, marks that stand on nothing, joiners and fillers. The braille
 * pattern without dots counts as a sign in Unicode.
 */
export const isVisible = (text: string): boolean =>
  /[^\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u.test(text);
