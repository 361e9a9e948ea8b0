import { describe, expect, it } from 'vitest';
import { ageOn, judgeBirthDate, judgeContact, judgeNames, judgeSignature, noAnswers } from './answers.ts';
import { firstQuestion, nextQuestion, type QuestionInput, type QuestionState } from './questions.ts';

const facts = { language: 'fr', today: '2026-11-22', planIds: ['all-days'] } as const;
const answered = (...inputs: QuestionInput[]): QuestionState =>
  inputs.reduce((state, input) => nextQuestion(state, input, facts), firstQuestion);

const upToCheck: QuestionInput[] = [
  { type: 'choose-plan', planId: 'all-days' },
  { type: 'give-name', givenName: ' Zoë ', familyName: 'Nguyễn' },
  { type: 'give-birth-date', day: '3', month: 'août', year: '1990' },
  { type: 'give-contact', contact: { kind: 'none' } },
  { type: 'give-photo', photo: 'later' },
  { type: 'give-consents', news: false },
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
