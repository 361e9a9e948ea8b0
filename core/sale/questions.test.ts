import { describe, expect, it } from 'vitest';
import {
  ageOn,
  judgeAccount,
  judgeBirthDate,
  judgeContact,
  judgeNames,
  judgeSignature,
  noAnswers,
} from './answers.ts';
import {
  accountSigned,
  firstQuestion,
  inOtherLanguage,
  nextQuestion,
  type QuestionInput,
  type QuestionState,
  questionsOf,
} from './questions.ts';

const facts = {
  language: 'fr',
  today: '2026-11-22',
  planIds: ['all-days', 'year-in-advance'],
  debitPlanIds: ['all-days'],
} as const;
const answered = (...inputs: QuestionInput[]): QuestionState =>
  inputs.reduce((state, input) => nextQuestion(state, input, facts), firstQuestion);

const upToCheck: QuestionInput[] = [
  { type: 'choose-plan', planId: 'all-days' },
  { type: 'give-name', givenName: ' Zoë ', familyName: 'Nguyễn' },
  { type: 'give-birth-date', day: '3', month: 'août', year: '1990' },
  { type: 'give-contact', contact: { kind: 'none' } },
  {
    type: 'give-account',
    account: { kind: 'iban', iban: 'fr76 3000 6000 0112 3456 7890 189', holder: 'Zoë N' },
  },
  { type: 'give-photo', photo: 'later' },
  { type: 'give-consents', news: false },
];
const iban = 'FR7630006000011234567890189';
/** The same without a word of an account, for a plan that is paid in advance. */
const paidInAdvance: QuestionInput[] = [
  { type: 'choose-plan', planId: 'year-in-advance' },
  ...upToCheck.slice(1).filter(({ type }) => type !== 'give-account'),
];

it('asks one question after the other up to the check', () => {
  expect(answered(...upToCheck)).toMatchObject({
    at: 'check',
    answers: { givenName: 'Zoë', familyName: 'Nguyễn', birthDate: '1990-08-03', newsConsent: false },
  });
});

it('[Q1] leads somebody under eighteen to staff and keeps nothing', () => {
  const state = answered(...upToCheck.slice(0, 2), {
    type: 'give-birth-date',
    day: '23',
    month: '11',
    year: '2008',
  });
  expect(state).toMatchObject({ at: 'minor', answers: noAnswers });
});

it('[Q1] counts eighteen from the birthday itself', () => {
  expect(ageOn('2008-11-22', '2026-11-22')).toBe(18);
  expect(ageOn('2008-11-23', '2026-11-22')).toBe(17);
  expect(ageOn('2008-02-29', '2026-02-28')).toBe(17);
});

it('[Q2] returns straight to the check after a changed answer', () => {
  const changed = answered(
    ...upToCheck,
    { type: 'change-answer', screen: 'name' },
    { type: 'give-name', givenName: '', familyName: 'Suharto' },
  );
  expect(changed).toMatchObject({ at: 'check', answers: { givenName: '', familyName: 'Suharto' } });
});

it('[Q2] goes back one question, and from a change back to the check', () => {
  expect(answered(...upToCheck.slice(0, 2), { type: 'back' }).at).toBe('name');
  expect(answered(...upToCheck, { type: 'change-answer', screen: 'photo' }, { type: 'back' }).at).toBe(
    'check',
  );
});

it('[Q2] drops what was typed and did not pass when somebody goes back from a change', () => {
  const before = answered(...upToCheck);
  for (const wrong of [
    [
      { type: 'change-answer', screen: 'name' },
      { type: 'give-name', givenName: 'A', familyName: '' },
    ],
    [
      { type: 'change-answer', screen: 'contact' },
      { type: 'give-contact', contact: { kind: 'email', email: 'nobody' } },
    ],
  ] as const satisfies readonly (readonly QuestionInput[])[]) {
    expect(answered(...upToCheck, ...wrong).problems).toHaveLength(1);
    expect(answered(...upToCheck, ...wrong, { type: 'back' })).toEqual(before);
  }
});

it('ignores an answer to a question that is not asked', () => {
  expect(nextQuestion(firstQuestion, { type: 'contract-read' }, facts)).toBe(firstQuestion);
  expect(answered({ type: 'choose-plan', planId: 'unheard-of' })).toBe(firstQuestion);
});

describe('[Q3] names', () => {
  it('takes any script and tidies spaces', () => {
    expect(judgeNames('  李 ', ' 小龙')).toMatchObject({ value: { givenName: '李', familyName: '小龙' } });
    expect(judgeNames('', 'Suharto')).toMatchObject({ value: { givenName: '', familyName: 'Suharto' } });
  });
  it('tells an empty and a long one at the field, and keeps what was typed', () => {
    expect(judgeNames('A', '').problems).toEqual([{ field: 'familyName', problem: 'empty' }]);
    expect(judgeNames('A'.repeat(81), 'B').problems).toEqual([{ field: 'givenName', problem: 'too-long' }]);
    const state = answered(upToCheck[0] as QuestionInput, {
      type: 'give-name',
      givenName: 'Zoë',
      familyName: ' ',
    });
    expect(state).toMatchObject({ at: 'name', answers: { givenName: 'Zoë' } });
  });
  it('takes what nobody sees for nothing, and leaves joiners where a script needs them', () => {
    expect(judgeNames('\u200d', 'علی\u200cرضا')).toMatchObject({
      value: { givenName: '', familyName: 'علی\u200cرضا' },
    });
    for (const nothing of ['\u200b', '\u3164', '\ud800', '\ufeff \u2060'])
      expect(judgeNames('A', nothing).problems).toEqual([{ field: 'familyName', problem: 'empty' }]);
  });
  it('drops marks that reorder text', () => {
    expect(judgeNames('a\u202eb', 'c')).toMatchObject({ value: { givenName: 'ab' } });
  });
});

describe('[Q4] birth dates', () => {
  it.each([
    [['3', '8', '1990'], '1990-08-03'],
    [['03', 'aout', '1990'], '1990-08-03'],
    [['29', 'fév', '2000'], '2000-02-29'],
    [['1', 'janvier', '1950'], '1950-01-01'],
  ])('reads %j as %s', ([day = '', month = '', year = ''], date) => {
    expect(judgeBirthDate({ day, month, year }, 'fr', '2026-11-22')).toEqual({ problems: [], value: date });
  });
  it.each([
    [['', '8', '1990'], 'empty'],
    [['31', '4', '1990'], 'not-a-date'],
    [['29', '2', '1999'], 'not-a-date'],
    [['3', 'jui', '1990'], 'not-a-date'],
    [['3', '8', '90'], 'not-a-date'],
    [['23', '11', '2026'], 'in-the-future'],
    [['1', '1', '1890'], 'too-old'],
  ])('tells that %j is %s', ([day = '', month = '', year = ''], problem) => {
    expect(judgeBirthDate({ day, month, year }, 'fr', '2026-11-22').problems).toEqual([
      { field: 'birthDate', problem },
    ]);
  });
});

describe('[Q5] contact', () => {
  it.each([
    [
      { kind: 'email', email: ' Zoe@Exemple.FR ' },
      { kind: 'email', email: 'zoe@exemple.fr' },
    ],
    [
      { kind: 'phone', phone: '06 12 34 56 78' },
      { kind: 'phone', phone: '0612345678' },
    ],
    [
      { kind: 'phone', phone: '0033 6-12.34(56)78' },
      { kind: 'phone', phone: '+33612345678' },
    ],
    [{ kind: 'none' }, { kind: 'none' }],
  ] as const)('takes %j', (typed, value) => {
    expect(judgeContact(typed)).toEqual({ problems: [], value });
  });
  it.each([
    [{ kind: 'email', email: '' }, 'empty'],
    [{ kind: 'email', email: 'zoe@exemple' }, 'not-an-email'],
    [{ kind: 'phone', phone: '' }, 'empty'],
    [{ kind: 'phone', phone: '12ab56' }, 'not-a-phone'],
  ] as const)('tells what is wrong with %j', (typed, problem) => {
    expect(judgeContact(typed).problems).toMatchObject([{ problem }]);
  });
});

describe('[Q6] signatures', () => {
  const answers = { ...noAnswers, givenName: 'Zoë', familyName: 'Müller' };
  it('takes a drawn line of 20 mm and not one of 19', () => {
    expect(judgeSignature({ kind: 'drawn', strokes: [[0, 0, 20, 0]] }, answers)).toHaveProperty('value');
    expect(judgeSignature({ kind: 'drawn', strokes: [[0, 0, 19, 0]] }, answers).problems).toMatchObject([
      { problem: 'too-short' },
    ]);
    expect(judgeSignature({ kind: 'drawn', strokes: [] }, answers).problems).toMatchObject([
      { problem: 'empty' },
    ]);
    expect(judgeSignature({ kind: 'drawn', strokes: [[0, 0, 20]] }, answers).problems).toMatchObject([
      { problem: 'unreadable' },
    ]);
  });
  it('takes the name as given, capitals and accents aside', () => {
    expect(judgeSignature({ kind: 'typed', text: 'zoe  MULLER' }, answers)).toHaveProperty('value');
    expect(judgeSignature({ kind: 'typed', text: 'Zoé Miller' }, answers).problems).toMatchObject([
      { problem: 'unreadable' },
    ]);
  });
});

describe('the account for the monthly fees', () => {
  it('[Q7] is asked for after the contact, where the plan is debited', () => {
    expect(answered(...upToCheck.slice(0, 4)).at).toBe('iban');
    expect(answered(...upToCheck)).toMatchObject({
      at: 'check',
      answers: { account: { kind: 'iban', iban, holder: 'Zoë N' } },
    });
  });

  it('[Q7] is not asked for elsewhere, going on and going back', () => {
    expect(answered(...paidInAdvance.slice(0, 4)).at).toBe('photo');
    expect(answered(...paidInAdvance.slice(0, 4), { type: 'back' }).at).toBe('contact');
    const signing = answered(...paidInAdvance, { type: 'confirm-answers' }, { type: 'contract-read' });
    expect(signing.at).toBe('sign');
    expect(accountSigned(signing.answers, facts)).toBeNull();
  });

  it('[Q7] counts the questions of the plan, and of a debited one before any is chosen', () => {
    expect(questionsOf(noAnswers, facts)).toHaveLength(11);
    expect(questionsOf(noAnswers, { debitPlanIds: [] })).toHaveLength(9);
    expect(questionsOf({ ...noAnswers, planId: 'all-days' }, facts)).toHaveLength(11);
    expect(questionsOf({ ...noAnswers, planId: 'year-in-advance' }, facts)).toHaveLength(9);
  });

  it.each([
    ['', 'empty'],
    ['12', 'not-sepa'],
    ['F', 'not-an-iban'],
    ['US64SVBKUS6S3300958879', 'not-sepa'],
    ['FR76 3000', 'too-short'],
    [`${iban}1`, 'too-long'],
    ['FR7630006000011234567809189', 'wrong-check'],
  ] as const)('[Q8] tells at the field that %j is %s, and keeps nothing of it', (typed, problem) => {
    const account = { kind: 'iban', iban: typed, holder: 'Zoë' } as const;
    const state = answered(...upToCheck.slice(0, 4), { type: 'give-account', account });
    expect(state).toMatchObject({ at: 'iban', problems: [{ field: 'iban', problem }] });
    expect(state.answers.account).toEqual({ kind: 'unanswered' });
  });

  it.each([
    ['  ', 'empty'],
    ['Z'.repeat(71), 'too-long'],
  ] as const)('[Q9] tells at the field that the holder %j is %s', (holder, problem) => {
    expect(judgeAccount({ iban, holder }, noAnswers.account).problems).toEqual([
      { field: 'holder', problem },
    ]);
  });

  it('[Q9] takes a holder in any script, and tidies it', () => {
    expect(judgeAccount({ iban, holder: ' Ольга   Іванова ' }, noAnswers.account)).toMatchObject({
      value: { holder: 'Ольга Іванова' },
    });
  });

  it('[Q10] keeps the IBAN that was taken when the field is left empty, and changes it when it is not', () => {
    const change = { type: 'change-answer', screen: 'iban' } as const;
    const given = (typed: string): QuestionInput => ({
      type: 'give-account',
      account: { kind: 'iban', iban: typed, holder: 'Paul N' },
    });
    expect(answered(...upToCheck, change, given(' '))).toMatchObject({
      at: 'check',
      answers: { account: { iban, holder: 'Paul N' } },
    });
    expect(answered(...upToCheck, change, given('ES9121000418450200051332'))).toMatchObject({
      answers: { account: { iban: 'ES9121000418450200051332' } },
    });
  });

  it('[Q11] may wait for staff: the visit goes on, without a mandate to read', () => {
    const later = upToCheck.map((input) =>
      input.type === 'give-account' ? ({ type: 'give-account', account: { kind: 'later' } } as const) : input,
    );
    const signing = answered(...later, { type: 'confirm-answers' }, { type: 'contract-read' });
    expect(signing).toMatchObject({ at: 'sign', answers: { account: { kind: 'later' } } });
    expect(accountSigned(signing.answers, facts)).toBeNull();
    expect(questionsOf(signing.answers, facts)).toHaveLength(10);
  });

  it('[Q12] is followed, after the contract, by the mandate, and then by the signature', () => {
    const contract = answered(...upToCheck, { type: 'confirm-answers' });
    const mandate = nextQuestion(contract, { type: 'contract-read' }, facts);
    expect(mandate.at).toBe('mandate');
    expect(nextQuestion(mandate, { type: 'contract-read' }, facts)).toBe(mandate);
    expect(nextQuestion(mandate, { type: 'back' }, facts).at).toBe('contract');
    const signing = nextQuestion(mandate, { type: 'mandate-read' }, facts);
    expect(signing.at).toBe('sign');
    expect(nextQuestion(signing, { type: 'back' }, facts).at).toBe('mandate');
    expect(accountSigned(signing.answers, facts)).toEqual({ kind: 'iban', iban, holder: 'Zoë N' });
  });

  it('[Q13] is asked for when a debited plan takes the place of another, at once and before the contract', () => {
    const changed = answered(
      ...paidInAdvance,
      { type: 'change-answer', screen: 'plan' },
      { type: 'choose-plan', planId: 'all-days' },
    );
    expect(changed.at).toBe('iban');
    const back = nextQuestion(changed, { type: 'back' }, facts);
    expect(back.at).toBe('check');
    expect(nextQuestion(back, { type: 'confirm-answers' }, facts).at).toBe('iban');
    const later = { type: 'give-account', account: { kind: 'later' } } as const;
    expect(nextQuestion(changed, later, facts).at).toBe('check');
  });

  it('[Q13] leaves no mandate when the plan that takes the place is not debited', () => {
    const changed = answered(
      ...upToCheck,
      { type: 'change-answer', screen: 'plan' },
      { type: 'choose-plan', planId: 'year-in-advance' },
    );
    expect(changed.at).toBe('check');
    expect(accountSigned(changed.answers, facts)).toBeNull();
    const contract = nextQuestion(changed, { type: 'confirm-answers' }, facts);
    expect(nextQuestion(contract, { type: 'contract-read' }, facts).at).toBe('sign');
  });
});

it('[Q17] begins the reading anew in another language, and changes nothing before it', () => {
  const contract = answered(...upToCheck, { type: 'confirm-answers' });
  const mandate = nextQuestion(contract, { type: 'contract-read' }, facts);
  const signing = nextQuestion(mandate, { type: 'mandate-read' }, facts);
  for (const state of [mandate, signing]) {
    expect(inOtherLanguage(state)).toMatchObject({ at: 'contract', answers: state.answers });
  }
  for (const state of [firstQuestion, answered(...upToCheck), contract]) {
    expect(inOtherLanguage(state)).toBe(state);
  }
});
