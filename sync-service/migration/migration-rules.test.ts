import { describe, expect, it } from 'vitest';
import { asksGoList, clubStates, statesAfter, takesImports, takesOldOnes } from './club-state.ts';
import {
  amountField,
  chipNumberField,
  codeField,
  dateField,
  emailField,
  phoneField,
  requiredText,
  textField,
} from './field-values.ts';
import { type GoFacts, goList, goQuestions, isGo } from './go-list.ts';
import { mappingFileSchema } from './mapping-file.ts';
import { sourceRow } from './source-rows.ts';

const years = { least: '1950-01-01', most: '2076-12-31' };
const value = (field: { ok: boolean; value?: unknown; error?: unknown }) =>
  field.ok ? field.value : field.error;

describe('[MI3] a field is understood or refused', () => {
  it.each([
    ['26/11/2026', 'DD/MM/YYYY', '2026-11-26'],
    ['2024-02-29', 'YYYY-MM-DD', '2024-02-29'],
    ['2023-02-29', 'YYYY-MM-DD', 'no-date'],
    ['1900-02-29', 'YYYY-MM-DD', 'no-date'],
    ['31.04.2026', 'DD.MM.YYYY', 'no-date'],
    ['31/12/9999', 'DD/MM/YYYY', 'date-out-of-range'],
    ['26/11/2026 23:59:59', 'DD/MM/YYYY HH:mm:ss', '2026-11-26'],
    ['26/11/2026', 'DD/MM/YYYY HH:mm:ss', 'no-date'],
    ['11/26/2026', 'DD/MM/YYYY', 'no-date'],
    ['', 'YYYY-MM-DD', 'no-date'],
  ])('[MI3] the day %j as %s is %s', (raw, format, meant) => {
    expect(value(dateField(raw, format, years))).toBe(meant);
  });

  it.each([
    ['29,90', ',', 2990],
    ['1 234,5 €', ',', 123450],
    ['1.234,56', ',', 123456],
    ['1,234.56', '.', 123456],
    ['0', '.', 0],
    ['-29,90', ',', 'amount-negative'],
    ['29,90-', ',', 'amount-negative'],
    ['29.90', ',', 'no-amount'],
    ['=1+1', ',', 'no-amount'],
    ['1,234', '.', 123400],
    ['1e9', '.', 'no-amount'],
    ['100000,01', ',', 'amount-too-large'],
  ] as const)('[MI3] the amount %j with %j is %s', (raw, decimal, meant) => {
    expect(value(amountField(raw, decimal))).toBe(meant);
  });

  it.each([
    ['Ève-Anaïs', 'Ève-Anaïs'],
    ['E\u0301milie', 'Émilie'],
    ['Мария Фернандес', 'Мария Фернандес'],
    ['محمد', 'محمد'],
    ['王小明', '王小明'],
    ['Ngũgĩ\nwa Thiong’o', 'Ngũgĩ wa Thiong’o'],
    ["=cmd|'/c calc'!A0", 'formula'],
    ['@SUM(1)', 'formula'],
    ['Ren\ufffd', 'encoding'],
    ['a\u0000b', 'control-characters'],
    ['abc\u202Etxt', 'control-characters'],
    ['x'.repeat(81), 'too-long'],
  ])('[MI3] the name %j is %j', (raw, meant) => {
    expect(value(textField(raw, 80))).toBe(meant);
  });

  it('[MI3] a name of which nothing can be seen is missing, and joiners within one are part of it', () => {
    for (const nothing of ['', ' ', '\u200b', '\u200d\u200c', '\u3164', '\u2060 \u00ad'])
      expect(value(requiredText(nothing, 80))).toBe('missing');
    for (const name of ['علی\u200cرضا', 'क\u094d\u200dष', 'O'])
      expect(value(requiredText(name, 80))).toBe(name);
  });

  it('[MI3] numbers of chips, codes, phones and addresses', () => {
    expect(value(chipNumberField('04:a1:b2:c3', 'hex', 4))).toBe('04A1B2C3');
    expect(value(chipNumberField('C3B2A104', 'hex-reversed', 4))).toBe('04A1B2C3');
    expect(value(chipNumberField('77705923', 'decimal', 4))).toBe('04A1B2C3');
    expect(value(chipNumberField('3283263748', 'decimal-reversed', 4))).toBe('04A1B2C3');
    for (const none of ['', '00000000', '12', 'xyz', '04A1B2C3D']) {
      expect(value(chipNumberField(none, 'hex', 4))).toBe('no-number');
    }
    expect(value(chipNumberField('99999999999', 'decimal', 4))).toBe('no-number');
    expect(value(codeField('FOULEE-0042'))).toBe('FOULEE-0042');
    for (const none of ['abc', 'PT1.x', 'a\nbcd']) expect(value(codeField(none))).toBe('no-code');
    expect(value(phoneField('+33 6 12 34 56 78'))).toBe('+33 6 12 34 56 78');
    expect(value(phoneField('+cmd'))).toBe('formula');
    expect(value(emailField('Marie.Dupont@Example.FR'))).toBe('marie.dupont@example.fr');
    expect(value(emailField('marie@'))).toBe('no-email');
    expect(value(emailField(''))).toBe(null);
  });
});

const mapping = mappingFileSchema.parse({
  system: 'resa-lyon',
  members: {
    path: 'm.csv',
    columns: { sourceId: 'ID', givenName: 'Prénom', familyName: 'Nom' },
    language: 'fr',
  },
  memberships: {
    path: 's.csv',
    dateFormat: 'DD/MM/YYYY',
    columns: { member: 'ID', plan: 'Formule', status: 'Etat', from: 'Du', to: 'Au' },
    plans: { GOLD: 'Tous les jours' },
    statuses: { A: 'active' },
    noEnd: ['31/12/9999'],
  },
});

it('[MI1] says where a mapping file is wrong', () => {
  const wrong = mappingFileSchema.safeParse({
    ...mapping,
    memberships: { ...mapping.memberships, dateFormat: 'DD/MM/YY', separators: ';' },
  });
  expect(wrong.error?.issues.map(({ path }) => path.join('.'))).toEqual([
    'memberships.dateFormat',
    'memberships',
  ]);
});

it('[MI3] a membership without an end, one that ends before it begins, words nobody has explained', () => {
  const row = (fields: Record<string, string>) =>
    sourceRow('memberships', mapping, (column) => fields[column ?? ''] ?? '', '2026-11-26');
  const good = { ID: '7', Formule: 'GOLD', Etat: 'A', Du: '01/11/2026', Au: '31/12/9999' };
  expect(row(good)).toEqual({
    ok: true,
    value: {
      sourceId: '7',
      member: '7',
      plan: 'Tous les jours',
      status: 'active',
      from: '2026-11-01',
      to: null,
    },
  });
  const whyNot = (change: Record<string, string>) => {
    const read = row({ ...good, ...change });
    return read.ok ? null : `${read.error.code} ${read.error.column}`;
  };
  expect(whyNot({ Au: '31/10/2026' })).toBe('ends-before-start Au');
  expect(whyNot({ Formule: 'SILVER' })).toBe('value-unknown Formule');
  expect(whyNot({ Formule: 'constructor' })).toBe('value-unknown Formule');
  expect(whyNot({ Etat: '' })).toBe('missing Etat');
  expect(whyNot({ ID: ' ' })).toBe('missing ID');
});

it('[MI12] a club goes from state to state, and comes back', () => {
  expect(statesAfter(null)).toEqual(['legacy']);
  expect(statesAfter('legacy')).toEqual(['both']);
  expect(statesAfter('both')).toEqual(['migrated', 'rolled-back']);
  expect(statesAfter('migrated')).toEqual(['both', 'rolled-back']);
  expect(statesAfter('rolled-back')).toEqual(['legacy']);
});

it('[MI13] [MI14] what a state means: lines come over before the end only, and old badges open in both alone', () => {
  expect(clubStates.filter(takesImports)).toEqual(['legacy', 'both']);
  expect(clubStates.filter(takesOldOnes)).toEqual(['both']);
});

describe('the list of go or no-go', () => {
  const day = 86_400_000;
  const good: GoFacts = {
    nowMs: 100 * day,
    lastImport: { endedAtMs: 98 * day, lines: 10_000, rejected: 50 },
    activeMembers: 1_000,
    withoutOpening: 0,
    withOldOnly: 50,
    kiosks: 2,
    kiosksOnline: 2,
    dataAgeMs: 300_999,
    openCases: 0,
    parkedEvents: 0,
    possibleDuplicates: 0,
    reconciliation: { atMs: 99 * day, differences: 0 },
  };
  const against = (change: Partial<GoFacts>) =>
    goList({ ...good, ...change }, 'migrated')
      .filter(({ verdict }) => verdict === 'no-go')
      .map(({ question }) => question);

  it('[MI15] is go when every figure is at its limit', () => {
    expect(goList(good, 'migrated').map(({ question }) => question)).toEqual(goQuestions);
    expect(isGo(goList(good, 'migrated'))).toBe(true);
    expect(goList(good, 'both')).toHaveLength(goQuestions.length - 1);
    expect(asksGoList('legacy', 'both')).toBe(true);
    expect(asksGoList('migrated', 'both')).toBe(false);
    expect(asksGoList('both', 'migrated')).toBe(true);
    expect(asksGoList('both', 'rolled-back')).toBe(false);
  });

  it('[MI15] names each figure above its limit, and each that was never measured', () => {
    expect(against({ lastImport: { endedAtMs: 98 * day, lines: 10_000, rejected: 51 } })).toEqual([
      'rejected-share',
    ]);
    expect(against({ lastImport: null })).toEqual(['rejected-share']);
    expect(against({ withoutOpening: 1 })).toEqual(['members-without-opening']);
    expect(against({ withOldOnly: 51 })).toEqual(['old-only-share']);
    expect(against({ activeMembers: 0 })).toEqual(['members-without-opening', 'old-only-share']);
    expect(against({ kiosksOnline: 1 })).toEqual(['kiosks-missing']);
    expect(against({ kiosks: 0, kiosksOnline: 0, dataAgeMs: null })).toEqual(['kiosks-missing', 'data-age']);
    expect(against({ dataAgeMs: 301_000 })).toEqual(['data-age']);
    expect(against({ openCases: 1, parkedEvents: 1, possibleDuplicates: 1 })).toEqual([
      'open-cases',
      'parked-events',
      'possible-duplicates',
    ]);
    expect(against({ reconciliation: { atMs: 99 * day, differences: 1 } })).toEqual(['differences']);
    expect(against({ nowMs: 108 * day })).toEqual(['reconciliation-age']);
    // From before the last import.
    expect(against({ reconciliation: { atMs: 97 * day, differences: 0 } })).toEqual([
      'reconciliation-age',
      'differences',
    ]);
  });
});
