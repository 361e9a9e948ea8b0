import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import { personLanguages } from '@portillon/core/access/person-language.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import { fromBase64url, toBase64url } from '@portillon/core/crypto/base64url.ts';
import type { Account } from '@portillon/core/wire/messages.ts';
import type { IdNumbers } from './id-numbers.ts';
import { PackedReader, PackedWriter } from './packed-bytes.ts';

/**
 * A record of a credential in few bytes, and back without loss:
 *
 *     form and status │ what follows │ member │ chip │ code │ …fields, or the whole record as JSON
 *
 * What comes up in a million records has a place of its own; debts and standing, which few have, follow as JSON; a record
 * that is unusual in any other way is JSON as a whole. The three keys by which it is looked for come first in every form.
 */

const kinds = ['card', 'pass', 'ticket'] as const;
const statuses = ['active', 'blocked', 'spent'] as const;
const wholeAsJson = 3;

/** First byte: bits 0 and 1 the kind, 2 and 3 the status, then these. */
const form = { singleUse: 0x10, uidOnly: 0x20, account: 0x40, extra: 0x80 };
/** Second byte: what there is; bits 5 to 7 the language, counted from 1. */
const has = { member: 0x01, chip: 0x02, code: 0x04, publicKey: 0x08, validTo: 0x10 };
/** In front of an account: what is as in the record, or null. */
const account = { cancelled: 0x01, samePlan: 0x02, sameFrom: 0x04, noEnd: 0x08, sameEnd: 0x10 };

const latestMs = 2 ** 48;

/** Where the keys lie in packed bytes, each with its head; null where there is none. */
export interface PackedKeys {
  member: { readonly start: number; readonly end: number } | null;
  chip: { readonly start: number; readonly end: number } | null;
  code: { readonly start: number; readonly end: number } | null;
}

export class CredentialPacking {
  readonly #numbers: IdNumbers;
  readonly #writer = new PackedWriter();
  readonly #reader = new PackedReader();

  constructor(numbers: IdNumbers) {
    this.#numbers = numbers;
  }

  pack(record: CredentialRecord): Buffer {
    this.#writer.reset();
    if (!this.#packFields(record)) {
      this.#writer.reset();
      this.#packWhole(record);
    }
    return this.#writer.take();
  }

  unpack(bytes: Buffer, offset = 0): CredentialRecord {
    const reader = this.#reader.from(bytes, offset);
    const first = reader.byte();
    const second = reader.byte();
    const memberId = second & has.member ? reader.text('id') : null;
    const cardUid = second & has.chip ? reader.text('upper-hex') : null;
    const codeHash = second & has.code ? reader.text('lower-hex') : undefined;
    // Only what `pack` wrote is read here.
    if ((first & 3) === wholeAsJson) return JSON.parse(reader.text()) as CredentialRecord;
    const publicKey = second & has.publicKey ? reader.text('lower-hex') : undefined;
    const planId = this.#numbers.textOf(reader.number());
    const homeClubId = this.#numbers.textOf(reader.number());
    const validFrom = isoTime(reader.sixBytes());
    const validTo = second & has.validTo ? isoTime(reader.sixBytes()) : null;
    const held = first & form.account ? this.#unpackAccount({ planId, validFrom, validTo }) : undefined;
    const extra = (first & form.extra ? JSON.parse(reader.text()) : {}) as Extra;
    const language = personLanguages[(second >> 5) - 1];
    return {
      kind: kinds[first & 3] ?? 'card',
      cardUid,
      ...(first & form.uidOnly ? { uidOnly: true as const } : {}),
      ...(codeHash === undefined ? {} : { codeHash }),
      ...(publicKey === undefined ? {} : { publicKey: toBase64url(Buffer.from(publicKey, 'hex')) }),
      memberId,
      planId,
      homeClubId,
      validFrom,
      validTo,
      singleUse: (first & form.singleUse) !== 0,
      status: statuses[(first >> 2) & 3] ?? 'blocked',
      ...(held === undefined ? {} : { account: { ...held, debts: extra.debts ?? [] } }),
      ...(language === undefined ? {} : { language }),
      ...(extra.standing === undefined ? {} : { standing: extra.standing }),
    };
  }

  /** A text as it lies in packed bytes, to look for. */
  key(of: keyof PackedKeys, text: string): Buffer {
    this.#writer.reset();
    this.#writer.text(text, of === 'member' ? 'id' : of === 'chip' ? 'upper-hex' : 'lower-hex');
    return this.#writer.take();
  }

  keysOf(bytes: Buffer, offset: number): PackedKeys {
    const reader = this.#reader.from(bytes, offset + 1);
    const second = reader.byte();
    return {
      member: second & has.member ? reader.skipText() : null,
      chip: second & has.chip ? reader.skipText() : null,
      code: second & has.code ? reader.skipText() : null,
    };
  }

  #packHead(first: number, second: number, { memberId, cardUid, codeHash }: CredentialRecord): void {
    const writer = this.#writer;
    writer.byte(first);
    writer.byte(second);
    if (memberId !== null) writer.text(memberId, 'id');
    if (cardUid !== null) writer.text(cardUid, 'upper-hex');
    if (codeHash !== undefined) writer.text(codeHash, 'lower-hex');
  }

  #packWhole(record: CredentialRecord): void {
    this.#packHead(wholeAsJson | (statuses.indexOf(record.status) << 2), keysIn(record), record);
    this.#writer.text(JSON.stringify(record));
  }

  /** False where something is unusual: then nothing of it counts. */
  #packFields(record: CredentialRecord): boolean {
    const { publicKey, planId, homeClubId, account: held, standing, language } = record;
    const kind = kinds.indexOf(record.kind);
    const status = statuses.indexOf(record.status);
    const spoken = language === undefined ? 0 : personLanguages.indexOf(language) + 1;
    const fromMs = timeOf(record.validFrom);
    const toMs = record.validTo === null ? null : timeOf(record.validTo);
    const key = publicKey === undefined ? null : canonicalHex(publicKey);
    const usual =
      kind >= 0 &&
      status >= 0 &&
      fromMs !== undefined &&
      toMs !== undefined &&
      (language === undefined) === (spoken === 0) &&
      key !== undefined &&
      record.uidOnly !== (false as unknown) &&
      Object.keys(record).every((name) => usualFields.has(name));
    if (!usual) return false;
    const extra: Extra = {
      ...(held && held.debts.length > 0 ? { debts: held.debts } : {}),
      ...(standing === undefined ? {} : { standing }),
    };
    const hasExtra = extra.debts !== undefined || extra.standing !== undefined;
    this.#packHead(
      kind |
        (status << 2) |
        (record.singleUse ? form.singleUse : 0) |
        (record.uidOnly ? form.uidOnly : 0) |
        (held ? form.account : 0) |
        (hasExtra ? form.extra : 0),
      keysIn(record) | (key === null ? 0 : has.publicKey) | (toMs === null ? 0 : has.validTo) | (spoken << 5),
      record,
    );
    const writer = this.#writer;
    if (key !== null) writer.text(key, 'lower-hex');
    writer.number(this.#numbers.numberOf(planId));
    writer.number(this.#numbers.numberOf(homeClubId));
    writer.sixBytes(fromMs);
    if (toMs !== null) writer.sixBytes(toMs);
    if (held && !this.#packAccount(held, record)) return false;
    if (hasExtra) writer.text(JSON.stringify(extra));
    return true;
  }

  #packAccount(held: Account, record: CredentialRecord): boolean {
    const planFromMs = timeOf(held.planFrom);
    const endMs = held.validTo === null ? null : timeOf(held.validTo);
    const isUsual =
      planFromMs !== undefined &&
      endMs !== undefined &&
      (held.status === 'active' || held.status === 'cancelled') &&
      Object.keys(held).every((name) => usualAccountFields.has(name));
    if (!isUsual) return false;
    const samePlan = held.planId === record.planId;
    const sameFrom = held.planFrom === record.validFrom;
    const sameEnd = endMs !== null && held.validTo === record.validTo;
    const writer = this.#writer;
    writer.byte(
      (held.status === 'cancelled' ? account.cancelled : 0) |
        (samePlan ? account.samePlan : 0) |
        (sameFrom ? account.sameFrom : 0) |
        (endMs === null ? account.noEnd : 0) |
        (sameEnd ? account.sameEnd : 0),
    );
    writer.text(held.membershipId, 'id');
    if (!samePlan) writer.number(this.#numbers.numberOf(held.planId));
    if (!sameFrom) writer.sixBytes(planFromMs);
    if (endMs !== null && !sameEnd) writer.sixBytes(endMs);
    return true;
  }

  #unpackAccount(record: Pick<CredentialRecord, 'planId' | 'validFrom' | 'validTo'>): Omit<Account, 'debts'> {
    const reader = this.#reader;
    const flags = reader.byte();
    const membershipId = reader.text('id');
    const planId = flags & account.samePlan ? record.planId : this.#numbers.textOf(reader.number());
    const planFrom = flags & account.sameFrom ? record.validFrom : isoTime(reader.sixBytes());
    const hasOwnEnd = !(flags & (account.noEnd | account.sameEnd));
    const validTo = flags & account.sameEnd ? record.validTo : hasOwnEnd ? isoTime(reader.sixBytes()) : null;
    return {
      membershipId,
      planId,
      planFrom,
      validTo,
      status: flags & account.cancelled ? 'cancelled' : 'active',
    };
  }
}

interface Extra {
  readonly debts?: Account['debts'];
  readonly standing?: CredentialRecord['standing'];
}

const usualFields = new Set([
  ...['kind', 'cardUid', 'uidOnly', 'codeHash', 'publicKey', 'memberId', 'planId', 'homeClubId', 'validFrom'],
  ...['validTo', 'singleUse', 'status', 'account', 'language', 'standing'],
]);
const usualAccountFields = new Set(['membershipId', 'planId', 'planFrom', 'validTo', 'status', 'debts']);

function keysIn({ memberId, cardUid, codeHash }: CredentialRecord): number {
  return (
    (memberId === null ? 0 : has.member) |
    (cardUid === null ? 0 : has.chip) |
    (codeHash === undefined ? 0 : has.code)
  );
}

/** Undefined when the text is not the one that would be written for that time. */
function timeOf(text: string): number | undefined {
  const timeMs = Date.parse(text);
  return timeMs >= 0 && timeMs < latestMs && isoTime(timeMs) === text ? timeMs : undefined;
}

/** Undefined when the bytes would be written as another text. */
function canonicalHex(base64url: string): string | undefined {
  const bytes = Buffer.from(base64url, 'base64url');
  if (bytes.length === 0 || toBase64url(bytes) !== base64url) return undefined;
  return Buffer.from(fromBase64url(base64url)).toString('hex');
}
