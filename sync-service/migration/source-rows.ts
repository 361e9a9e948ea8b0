import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import {
  amountField,
  chipNumberField,
  codeField,
  dateField,
  emailField,
  type Field,
  optional,
  phoneField,
  requiredText,
  textField,
} from './field-values.ts';
import type { MappingFile, RowKind } from './mapping-file.ts';
import type { Rejection } from './rejections.ts';

/** Lines of the files, understood. `sourceId` and `member` are the numbers of the legacy system. */
export interface SourceMember {
  readonly sourceId: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly birthDate: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly language: string;
}
export interface SourceMembership {
  readonly sourceId: string;
  readonly member: string;
  /** Name of a plan in the base. */
  readonly plan: string;
  readonly status: 'active' | 'cancelled';
  /** First and last day; null has no end. */
  readonly from: string;
  readonly to: string | null;
}
export interface SourceBadge {
  readonly sourceId: string;
  readonly member: string;
  readonly cardUid: string | null;
  readonly codeHash: string | null;
}
export interface SourceDebt {
  readonly sourceId: string;
  readonly member: string;
  readonly amountCents: number;
  readonly since: string | null;
}
export interface SourcePhoto {
  readonly sourceId: string;
  readonly member: string;
  readonly file: string;
}
export interface SourceRows {
  members: SourceMember;
  memberships: SourceMembership;
  badges: SourceBadge;
  debts: SourceDebt;
  photos: SourcePhoto;
}

/** A field by the name of its column; empty for a column that the mapping does not name. */
export type FieldOf = (column: string | undefined) => string;

class Rejected extends Error {
  readonly rejection: Rejection;
  constructor(rejection: Rejection) {
    super(rejection.code);
    this.rejection = rejection;
  }
}

/** One line of a file as what it means, or why it is not brought over (MI3, MI4). `today` is a calendar day. */
export function sourceRow<Kind extends RowKind>(
  kind: Kind,
  mapping: MappingFile,
  field: FieldOf,
  today: string,
): Result<SourceRows[Kind], Rejection> {
  const taken = <Value>(column: string | undefined, read: (raw: string) => Field<Value>): Value => {
    const value = read(field(column));
    if (!value.ok) throw new Rejected({ code: value.error, column: column ?? null });
    return value.value;
  };
  const meant = <Value>(column: string, values: Readonly<Record<string, Value>>): Value =>
    taken(column, (raw) => {
      if (raw.trim() === '') return err('missing');
      const value = Object.hasOwn(values, raw.trim()) ? values[raw.trim()] : undefined;
      return value === undefined ? err('value-unknown') : ok(value);
    });
  const id = (column: string) => taken(column, (raw) => requiredText(raw, 100));
  const readers: { [Each in RowKind]: () => SourceRows[Each] } = {
    members() {
      const { columns, dateFormat, languages, language } = mapping.members;
      const past = { least: '1900-01-01', most: today };
      return {
        sourceId: id(columns.sourceId),
        givenName: taken(columns.givenName, (raw) => requiredText(raw, 80)),
        familyName: taken(columns.familyName, (raw) => requiredText(raw, 80)),
        birthDate: taken(
          columns.birthDate,
          optional((raw) => dateField(raw, dateFormat, past)),
        ),
        email: taken(columns.email, emailField),
        phone: taken(columns.phone, phoneField),
        language:
          columns.language === undefined || field(columns.language).trim() === ''
            ? language
            : meant(columns.language, languages),
      };
    },
    memberships() {
      const { columns, dateFormat, plans, statuses, noEnd } = mapping.memberships;
      const years = { least: '1950-01-01', most: `${Number(today.slice(0, 4)) + 50}-12-31` };
      const member = id(columns.member);
      const from = taken(columns.from, (raw) => dateField(raw, dateFormat, years));
      const to = taken(
        columns.to,
        optional((raw) => dateField(raw, dateFormat, years), noEnd),
      );
      if (to !== null && to < from) {
        throw new Rejected({ code: 'ends-before-start', column: columns.to ?? null });
      }
      return {
        sourceId: columns.sourceId === undefined ? member : id(columns.sourceId),
        member,
        plan: meant(columns.plan, plans),
        status: meant(columns.status, statuses),
        from,
        to,
      };
    },
    badges() {
      const badges = mapping.badges as NonNullable<MappingFile['badges']>;
      const { columns, kinds, numbers, bytes } = badges;
      const member = id(columns.member);
      const kind = columns.kind === undefined ? badges.kind : meant(columns.kind, kinds);
      if (kind === 'code') {
        // The text itself is kept nowhere.
        const codeHash = sha256Hex(taken(columns.number, codeField));
        return { sourceId: `code ${codeHash}`, member, cardUid: null, codeHash };
      }
      const cardUid = taken(columns.number, (raw) => chipNumberField(raw, numbers, bytes));
      return { sourceId: `uid ${cardUid}`, member, cardUid, codeHash: null };
    },
    debts() {
      const { columns, dateFormat, decimal } = mapping.debts as NonNullable<MappingFile['debts']>;
      const past = { least: '1950-01-01', most: today };
      return {
        sourceId: id(columns.sourceId),
        member: id(columns.member),
        amountCents: taken(columns.amount, (raw) => amountField(raw, decimal)),
        since: taken(
          columns.since,
          optional((raw) => dateField(raw, dateFormat, past)),
        ),
      };
    },
    photos() {
      const { columns } = mapping.photos as NonNullable<MappingFile['photos']>;
      const member = id(columns.member);
      const file = taken(columns.file, (raw) => {
        const name = textField(raw, 200);
        if (!name.ok || name.value === '') return name.ok ? err('missing') : name;
        // Nothing outside of its folder is read.
        return /[/\\]|^\.\.?$/.test(name.value) ? err('no-photo') : name;
      });
      return { sourceId: member, member, file };
    },
  };
  try {
    return ok(readers[kind]());
  } catch (error) {
    if (error instanceof Rejected) return err(error.rejection);
    throw error;
  }
}
