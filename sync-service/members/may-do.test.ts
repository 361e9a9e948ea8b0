import { describe, expect, it } from 'vitest';
import { actsOf, mayDo, staffActs, staffRoles } from './may-do.ts';

const lyon = '01890000-0000-7000-8000-000000000001';
const bron = '01890000-0000-7000-8000-000000000002';
const deskOfLyon = { role: 'front-desk', reach: [lyon] } as const;

describe('what staff may do', () => {
  it('[ST2] an auditor and a privacy officer change nothing of a club, and only the latter sees who read', () => {
    const changing = staffActs.filter((act) =>
      /\.(settle|give|sign|order|change|merge|write|block|open-case)$/.test(act),
    );
    expect(changing).toHaveLength(12);
    for (const act of changing) {
      expect([act, mayDo({ role: 'auditor', reach: null }, act, null)]).toEqual([act, 'not-this-role']);
      expect([act, mayDo({ role: 'privacy-officer', reach: null }, act, null)]).toEqual([
        act,
        'not-this-role',
      ]);
    }
    expect(staffRoles.filter((role) => actsOf({ role, reach: null }).includes('read-log.see'))).toEqual([
      'privacy-officer',
    ]);
  });

  it('[ST2] only an administrator of the network opens accounts, and an auditor opens no page of a member', () => {
    expect(staffRoles.filter((role) => actsOf({ role, reach: null }).includes('account.change'))).toEqual([
      'network-administrator',
    ]);
    expect(actsOf({ role: 'auditor', reach: null }).filter((act) => act.startsWith('member.'))).toEqual([]);
  });

  it('[ST3] what is of a club is for those who see the club', () => {
    expect(mayDo(deskOfLyon, 'case.see', { clubId: lyon })).toBe('yes');
    expect(mayDo(deskOfLyon, 'case.see', { clubId: bron })).toBe('not-theirs');
    expect(mayDo({ ...deskOfLyon, reach: [] }, 'case.see', { clubId: lyon })).toBe('not-theirs');
    expect(mayDo({ ...deskOfLyon, reach: null }, 'case.see', { clubId: bron })).toBe('yes');
  });

  it('[ST7] who sold to a member sees the page; who has the home club changes it', () => {
    const visitor = { homeClubId: bron, soldAt: [bron] };
    const buyer = { homeClubId: bron, soldAt: [bron, lyon] };
    const manager = { role: 'manager', reach: [lyon] } as const;
    expect([visitor, buyer].map((member) => mayDo(manager, 'member.find', member))).toEqual(['yes', 'yes']);
    expect([visitor, buyer].map((member) => mayDo(manager, 'member.see', member))).toEqual([
      'not-theirs',
      'yes',
    ]);
    expect(mayDo(manager, 'member.change', buyer)).toBe('not-theirs');
    expect(mayDo({ ...manager, reach: [bron] }, 'member.change', buyer)).toBe('yes');
  });
});
