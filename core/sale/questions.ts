import {
  type AccountAnswer,
  type Answers,
  adultAgeYears,
  ageOn,
  type Contact,
  type FieldProblem,
  judgeAccount,
  judgeBirthDate,
  judgeContact,
  judgeNames,
  judgeSignature,
  noAnswers,
  type Signature,
} from './answers.ts';

/** The questions of a visit, one per screen, up to the signature. What follows is the sale machine's. */

const everyQuestion = [
  'plan',
  'name',
  'birth-date',
  'contact',
  'iban',
  'photo',
  'consents',
  'check',
  'contract',
  'mandate',
  'sign',
] as const;
export type QuestionName = (typeof everyQuestion)[number];

/** The questions of this visit, in their order (Q7, Q12). Before a plan is chosen, those of a plan with a mandate. */
export function questionsOf(
  answers: Answers,
  { debitPlanIds }: Pick<QuestionFacts, 'debitPlanIds'>,
): readonly QuestionName[] {
  const { planId, account } = answers;
  const isDebited = planId === null ? debitPlanIds.length > 0 : debitPlanIds.includes(planId);
  return everyQuestion.filter(
    (question) =>
      (question !== 'iban' || isDebited) &&
      (question !== 'mandate' || (isDebited && account.kind !== 'later')),
  );
}

export interface QuestionState {
  readonly at: QuestionName | 'minor' | 'signed';
  readonly answers: Answers;
  readonly problems: readonly FieldProblem[];
  /** Q2: a changed answer goes straight back to the check screen. */
  readonly backToCheck: boolean;
  /** As they stood on the check screen, while one of them is being changed. */
  readonly answersChecked?: Answers;
  readonly signature: Signature | null;
}

export type QuestionInput =
  | { readonly type: 'choose-plan'; readonly planId: string }
  | { readonly type: 'give-name'; readonly givenName: string; readonly familyName: string }
  | { readonly type: 'give-birth-date'; readonly day: string; readonly month: string; readonly year: string }
  | { readonly type: 'give-contact'; readonly contact: Exclude<Contact, { kind: 'unanswered' }> }
  | {
      readonly type: 'give-account';
      readonly account:
        | { readonly kind: 'iban'; readonly iban: string; readonly holder: string }
        | { readonly kind: 'later' };
    }
  | { readonly type: 'give-photo'; readonly photo: 'taken' | 'later' | 'refused' }
  | { readonly type: 'give-consents'; readonly news: boolean }
  | { readonly type: 'confirm-answers' }
  | { readonly type: 'change-answer'; readonly screen: QuestionName }
  | { readonly type: 'contract-read' }
  | { readonly type: 'mandate-read' }
  | { readonly type: 'sign'; readonly signature: Signature }
  | { readonly type: 'back' };

export interface QuestionFacts {
  readonly language: 'fr' | 'en';
  /** `YYYY-MM-DD` in the club's time zone. */
  readonly today: string;
  readonly planIds: readonly string[];
  /** Of these, the plans whose monthly fees the seller collects by direct debit. */
  readonly debitPlanIds: readonly string[];
}

export const firstQuestion: QuestionState = {
  at: 'plan',
  answers: noAnswers,
  problems: [],
  backToCheck: false,
  signature: null,
};

/** The next state; the same object when the input does not belong to the question shown (SA17). */
export function nextQuestion(
  state: QuestionState,
  input: QuestionInput,
  facts: QuestionFacts,
): QuestionState {
  if (input.type === 'back') return stepBack(state, facts);
  switch (state.at) {
    case 'plan':
      return input.type === 'choose-plan' && facts.planIds.includes(input.planId)
        ? answered(state, { planId: input.planId }, facts)
        : state;
    case 'name':
      return input.type === 'give-name'
        ? judged(state, judgeNames(input.givenName, input.familyName), input, facts)
        : state;
    case 'birth-date': {
      if (input.type !== 'give-birth-date') return state;
      const birth = judgeBirthDate(input, facts.language, facts.today);
      if (!('value' in birth)) return { ...state, problems: birth.problems };
      if (ageOn(birth.value, facts.today) < adultAgeYears) {
        return { at: 'minor', answers: noAnswers, problems: [], backToCheck: false, signature: null };
      }
      return answered(state, { birthDate: birth.value }, facts);
    }
    case 'contact': {
      if (input.type !== 'give-contact') return state;
      const contact = judgeContact(input.contact);
      if (!('value' in contact)) {
        return {
          ...state,
          answers: { ...state.answers, contact: input.contact },
          problems: contact.problems,
        };
      }
      return answered(state, { contact: contact.value }, facts);
    }
    case 'iban': {
      if (input.type !== 'give-account') return state;
      if (input.account.kind === 'later') return answered(state, { account: { kind: 'later' } }, facts);
      const account = judgeAccount(input.account, state.answers.account);
      return 'value' in account
        ? answered(state, { account: account.value }, facts)
        : { ...state, problems: account.problems };
    }
    case 'photo':
      return input.type === 'give-photo' ? answered(state, { photo: input.photo }, facts) : state;
    case 'consents':
      return input.type === 'give-consents' ? answered(state, { newsConsent: input.news }, facts) : state;
    case 'check':
      if (input.type === 'change-answer')
        return {
          ...state,
          at: input.screen,
          problems: [],
          backToCheck: true,
          answersChecked: state.answers,
        };
      if (input.type !== 'confirm-answers') return state;
      return isAccountMissing(state.answers, facts) ? askedForAccount(state) : moved(state, 'contract');
    case 'contract':
      return input.type === 'contract-read' ? moved(state, following(state, facts)) : state;
    case 'mandate':
      return input.type === 'mandate-read' ? moved(state, 'sign') : state;
    case 'sign': {
      if (input.type !== 'sign') return state;
      const signature = judgeSignature(input.signature, state.answers);
      if (!('value' in signature)) return { ...state, problems: signature.problems };
      return { ...state, at: 'signed', problems: [], signature: signature.value };
    }
    case 'minor':
    case 'signed':
      return state;
  }
}

/** A photo that could not be read or is too dark stays a problem of its screen. */
export function withProblem(state: QuestionState, problem: FieldProblem): QuestionState {
  return { ...state, problems: [problem] };
}

/** Q17: what is signed is what was read, in the language in which it was read. */
export function inOtherLanguage(state: QuestionState): QuestionState {
  return state.at === 'mandate' || state.at === 'sign' ? moved(state, 'contract') : state;
}

function judged(
  state: QuestionState,
  names: ReturnType<typeof judgeNames>,
  typed: { readonly givenName: string; readonly familyName: string },
  facts: QuestionFacts,
): QuestionState {
  if ('value' in names) return answered(state, names.value, facts);
  const { givenName, familyName } = typed;
  return { ...state, answers: { ...state.answers, givenName, familyName }, problems: names.problems };
}

function answered(state: QuestionState, more: Partial<Answers>, facts: QuestionFacts): QuestionState {
  const next = { ...state, answers: { ...state.answers, ...more } };
  if (!state.backToCheck) return moved(next, following(next, facts));
  return isAccountMissing(next.answers, facts) ? askedForAccount(next) : moved(next, 'check');
}

/** Q13: a plan that is debited was chosen in the place of one that is not. */
function isAccountMissing(answers: Answers, facts: QuestionFacts): boolean {
  return answers.account.kind === 'unanswered' && questionsOf(answers, facts).includes('iban');
}

function askedForAccount(state: QuestionState): QuestionState {
  return { ...state, at: 'iban', problems: [], backToCheck: true, answersChecked: state.answers };
}

function moved({ answersChecked: _done, ...state }: QuestionState, to: QuestionName): QuestionState {
  return { ...state, at: to, problems: [], backToCheck: false };
}

function following({ at, answers }: QuestionState, facts: QuestionFacts): QuestionName {
  const questions = questionsOf(answers, facts);
  return questions[questions.indexOf(at as QuestionName) + 1] ?? 'sign';
}

function stepBack(state: QuestionState, facts: QuestionFacts): QuestionState {
  if (state.backToCheck) {
    // What was typed and did not pass is dropped, and what had passed stands.
    return moved({ ...state, answers: state.answersChecked ?? state.answers }, 'check');
  }
  const questions = questionsOf(state.answers, facts);
  const before = questions[questions.indexOf(state.at as QuestionName) - 1];
  return before ? moved(state, before) : state;
}

/** What is signed for: the account that is debited, or null where nothing is debited or the mandate comes later. */
export function accountSigned(
  answers: Answers,
  facts: Pick<QuestionFacts, 'debitPlanIds'>,
): Extract<AccountAnswer, { kind: 'iban' }> | null {
  const { account } = answers;
  return account.kind === 'iban' && questionsOf(answers, facts).includes('mandate') ? account : null;
}
