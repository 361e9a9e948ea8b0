/** The languages in which Portillon speaks to whoever stands before it. */
export const personLanguages = ['fr', 'en', 'es', 'pt'] as const;
export type PersonLanguage = (typeof personLanguages)[number];

export type InEachLanguage = Readonly<Record<PersonLanguage, string>>;
