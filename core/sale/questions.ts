import {
  type Answers,
  adultAgeYears,
  ageOn,
  type Contact,
  type FieldProblem,
  judgeBirthDate,
  judgeContact,
  judgeNames,
  judgeSignature,
  noAnswers,
  type Signature,
} from './answers.ts';

/** The questions of a visit, one per screen, up to the signature. What follows is the sale machine's. */

export const questionOrder = [
  'plan',
  'name',
  'birth-date',
  'contact',
  'photo',
  'consents',
  'check',
  'contract',
  'sign',
] as const;
export type QuestionName = (typeof questionOrder)[number];

export interface QuestionState {
  readonly at: QuestionName | 'minor' | 'signed';
  readonly answers: Answers;
  readonly problems: readonly FieldProblem[];
  /** Q2: a changed answer goes straight back to the check screen. */
  readonly backToCheck: boolean;
  readonly signature: Signature | null;
}

export type QuestionInput =
  | { readonly type: 'choose-plan'; readonly planId: string }
  | { readonly type: 'give-name'; readonly givenName: string; readonly familyName: string }
  | { readonly type: 'give-birth-date'; readonly day: string; readonly month: string; readonly year: string }
  | { readonly type: 'give-contact'; readonly contact: Exclude<Contact, { kind: 'unanswered' }> }
  | { readonly type: 'give-photo'; readonly photo: 'taken' | 'later' | 'refused' }
  | { readonly type: 'give-consents'; readonly news: boolean }
  | { readonly type: 'confirm-answers' }
  | { readonly type: 'change-answer'; readonly screen: QuestionName }
  | { readonly type: 'contract-read' }
  | { readonly type: 'sign'; readonly signature: Signature }
  | { readonly type: 'back' };

export interface QuestionFacts {
  readonly language: 'fr' | 'en';
  /** `YYYY-MM-DD` in the club's time zone. */
  readonly today: string;
  readonly planIds: readonly string[];
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
  if (input.type === 'back') return stepBack(state);
  switch (state.at) {
    case 'plan':
      return input.type === 'choose-plan' && facts.planIds.includes(input.planId)
        ? answered(state, { planId: input.planId })
        : state;
    case 'name':
      return input.type === 'give-name'
        ? judged(state, judgeNames(input.givenName, input.familyName), input)
        : state;
    case 'birth-date': {
      if (input.type !== 'give-birth-date') return state;
      const birth = judgeBirthDate(input, facts.language, facts.today);
      if (!('value' in birth)) return { ...state, problems: birth.problems };
      if (ageOn(birth.value, facts.today) < adultAgeYears) {
        return { at: 'minor', answers: noAnswers, problems: [], backToCheck: false, signature: null };
      }
      return answered(state, { birthDate: birth.value });
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
      return answered(state, { contact: contact.value });
    }
    case 'photo':
      return input.type === 'give-photo' ? answered(state, { photo: input.photo }) : state;
    case 'consents':
      return input.type === 'give-consents' ? answered(state, { newsConsent: input.news }) : state;
    case 'check':
      if (input.type === 'change-answer')
        return { ...state, at: input.screen, problems: [], backToCheck: true };
      return input.type === 'confirm-answers' ? moved(state, 'contract') : state;
    case 'contract':
      return input.type === 'contract-read' ? moved(state, 'sign') : state;
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

function judged(
  state: QuestionState,
  names: ReturnType<typeof judgeNames>,
  typed: { readonly givenName: string; readonly familyName: string },
): QuestionState {
  if ('value' in names) return answered(state, names.value);
  const { givenName, familyName } = typed;
  return { ...state, answers: { ...state.answers, givenName, familyName }, problems: names.problems };
}

function answered(state: QuestionState, more: Partial<Answers>): QuestionState {
  const answers = { ...state.answers, ...more };
  return moved({ ...state, answers }, state.backToCheck ? 'check' : following(state.at));
}

function moved(state: QuestionState, to: QuestionName): QuestionState {
  return { ...state, at: to, problems: [], backToCheck: false };
}

function following(at: QuestionState['at']): QuestionName {
  const index = questionOrder.indexOf(at as QuestionName);
  return questionOrder[index + 1] ?? 'sign';
}

function stepBack(state: QuestionState): QuestionState {
  if (state.backToCheck) return moved(state, 'check');
  const index = questionOrder.indexOf(state.at as QuestionName);
  const before = questionOrder[index - 1];
  return before ? moved(state, before) : state;
}
