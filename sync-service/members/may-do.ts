/** What staff may do: by the role of an account, and by the clubs that it sees (ST2, ST3). Pure; asked by every route. */

export const staffRoles = [
  'front-desk',
  'manager',
  'auditor',
  'network-administrator',
  'privacy-officer',
] as const;
export type StaffRole = (typeof staffRoles)[number];

/** Ids of the clubs that an account sees; null is the whole network. */
export type Reach = readonly string[] | null;

export interface StaffRights {
  readonly role: StaffRole;
  readonly reach: Reach;
}

const desk = ['front-desk', 'manager', 'network-administrator'] as const;
const reading = [...desk, 'auditor'] as const;
const deciding = ['manager', 'network-administrator'] as const;
const persons = [...desk, 'privacy-officer'] as const;

const whoMay = {
  'live.see': staffRoles,
  'case.see': reading,
  'case.settle': desk,
  'order.see': reading,
  'order.give': desk,
  'sale.see': reading,
  'closing.see': [...deciding, 'auditor'],
  'closing.sign': deciding,
  'gate.see': reading,
  'gate.order': desk,
  'device.see': reading,
  /** To vouch for the base's clock. */
  'box.set-clock': ['network-administrator'],
  'outage.see': reading,
  'outage.open-case': desk,
  'club-rules.see': staffRoles,
  'club-rules.change': deciding,
  'price.see': [...deciding, 'auditor'],
  /** Of their whole legal entity, or of the network. */
  'price.set': deciding,
  'badge.see': reading,
  'badge.write': desk,
  'credential.block': desk,
  'debt.see': reading,
  'debt.write': deciding,
  /** Any member of the network: the name, and whether they may come in. */
  'member.find': persons,
  /** The page and the photo of a member of one's own clubs. */
  'member.see': persons,
  'member.change': deciding,
  /** Two records of one person: which of them stays, and back again. */
  'member.merge': deciding,
  /** Nobody says yes for a member. */
  'consent.withdraw': persons,
  /** Everything about a member in one file. */
  'privacy.copy': ['privacy-officer', 'network-administrator'],
  /** Who read the pages of a member. */
  'read-log.see': ['privacy-officer'],
  /** Who asks to be forgotten, and what became of it: of the whole network, whoever has a part of it only. */
  'privacy.see': ['privacy-officer', 'network-administrator'],
  'privacy.erase': ['privacy-officer', 'network-administrator'],
  'account.see': ['network-administrator'],
  'account.change': ['network-administrator'],
} as const satisfies Readonly<Record<string, readonly StaffRole[]>>;

export type StaffAct = keyof typeof whoMay;
export const staffActs = Object.keys(whoMay) as readonly StaffAct[];

/** What an act is done to. A member is of the club that is their home, and of those that sold to them. */
export type Subject =
  | { readonly clubId: string }
  | { readonly homeClubId: string; readonly soldAt: readonly string[] };

export type MayDo = 'yes' | 'not-this-role' | 'not-theirs';

/** Lists have no subject: SQL keeps them to the reach of the account. */
export function mayDo({ role, reach }: StaffRights, act: StaffAct, subject: Subject | null): MayDo {
  if (!(whoMay[act] as readonly StaffRole[]).includes(role)) return 'not-this-role';
  // A member is forgotten in every club at once.
  if (act.startsWith('privacy.') && reach !== null) return 'not-this-role';
  if (subject === null || reach === null) return 'yes';
  if ('clubId' in subject) return reach.includes(subject.clubId) ? 'yes' : 'not-theirs';
  if (act === 'member.find' || reach.includes(subject.homeClubId)) return 'yes';
  // What changes a member is for whoever sold the membership.
  const enough =
    act === 'member.see' || act === 'debt.see' || act === 'read-log.see' || act === 'consent.withdraw';
  return enough && subject.soldAt.some((clubId) => reach.includes(clubId)) ? 'yes' : 'not-theirs';
}

/** Of all acts, those that an account may do to what is its own: the page shows no others. */
export function actsOf(rights: StaffRights): StaffAct[] {
  return staffActs.filter((act) => mayDo(rights, act, null) === 'yes');
}
