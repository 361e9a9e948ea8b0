import { expect, it } from 'vitest';
import { agreements, isCandidate, nameForm, type PersonKnown, sayEnough } from './person-match.ts';

const known: PersonKnown = {
  memberId: 'a',
  givenName: 'Zoë-Marie',
  familyName: "d'Artagnan",
  birthDate: '1990-01-02',
  email: 'Zoe@Example.org',
  phone: '06 12 34 56 78',
  references: ['M7QK-2F9C', '04A1B2C3D4E5F6'],
};

it('[PV1] asks for more than a name or a birth date alone', () => {
  expect(sayEnough({})).toBe(false);
  expect(sayEnough({ givenName: 'Zoë', familyName: 'Artagnan' })).toBe(false);
  expect(sayEnough({ familyName: 'Artagnan', birthDate: '1990-01-02' })).toBe(false);
  expect(sayEnough({ birthDate: '1990-01-02' })).toBe(false);
  expect(sayEnough({ givenName: 'Zoë', familyName: 'Artagnan', birthDate: '1990-01-02' })).toBe(true);
  for (const key of ['email', 'phone', 'reference', 'memberId'] as const)
    expect(sayEnough({ [key]: 'x' })).toBe(true);
});

it('[PV2] tells the same, another and not known apart, and takes no candidate for a name alone', () => {
  expect(agreements({ email: 'other@example.org', phone: '0612345678' }, known)).toEqual({
    email: 'other',
    phone: 'same',
  });
  expect(agreements({ email: 'zoe@example.org' }, { ...known, email: null })).toEqual({ email: 'not-known' });
  expect(isCandidate({ name: 'same' })).toBe(false);
  expect(isCandidate({ 'birth-date': 'same' })).toBe(false);
  expect(isCandidate({ name: 'other', 'birth-date': 'same' })).toBe(false);
  expect(isCandidate({ name: 'same', 'birth-date': 'same' })).toBe(true);
  expect(isCandidate({ email: 'same', name: 'other' })).toBe(true);
});

it('[PV3] compares as people write', () => {
  expect(nameForm('  ZOE Marie  d’Artagnan')).toBe(nameForm("D'ARTAGNAN Zoë-Marie"));
  expect(nameForm('Nguyễn Văn')).toBe(nameForm('nguyen van'));
  expect(nameForm('李 小龍')).toBe('小龍 李');
  expect(agreements({ givenName: 'dartagnan', familyName: 'zoe marie' }, known).name).toBe('other');
  expect(agreements({ givenName: "d'artagnan", familyName: 'zoe marie' }, known).name).toBe('same');
  expect(agreements({ email: ' ZOE@example.ORG ' }, known).email).toBe('same');
  expect(agreements({ phone: '+33 (0)6.12.34.56.78' }, known).phone).toBe('same');
  expect(agreements({ reference: 'm7qk2f9c' }, known).reference).toBe('same');
  expect(agreements({ reference: '04 a1 b2 c3 d4 e5 f6' }, known).reference).toBe('same');
});
