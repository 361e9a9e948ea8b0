#!/usr/bin/env node
// @ts-check
/**
 * Verifies an archive of the fiscal journal, on its own: this file, Node 20 or later, the archive. It shares no line with
 * the program that wrote the archive; the format is described in docs/fiscal-journal.md, and in LISEZMOI.txt of the archive.
 *
 *     node verify-journal.mjs ARCHIVE [--key public.pem] [--anchor anchor.json] [--json]
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {'T' | 'X' | 'D' | 'C' | 'J' | 'A'} Chain */
/** @typedef {{ chain: Chain, no: number, text: string, payload: string | null, signature: string }} SignedRecord */
/** @typedef {{ chain: Chain, no: number, signature: string }} Head */
/** @typedef {Map<string, Uint8Array>} Files file contents by name */
/** @typedef {Record<string, string>} Fields */
/** @typedef {{ rate: number, ht: number, vat: number, ttc: number }} VatRow */
/** @typedef {{ signed: number, absolute: number, net: number }} Perpetual */
/** Parsed JSON of the archive: every value is compared before it is believed. @typedef {any} Json */
/**
 * @typedef {object} Checked what is known while the check goes on
 * @property {Json} manifest
 * @property {Record<Chain, { record: SignedRecord, fields: Fields, payload: Json }[]>} chains
 * @property {Map<string, { key: import('node:crypto').KeyObject, order: number, sinceEvent: number }>} keys
 */
/**
 * @typedef {object} Holds
 * @property {true} ok
 * @property {Record<Chain, number>} counts
 * @property {string} period
 * @property {number} total
 * @property {Perpetual} perpetual
 * @property {readonly string[]} notes what could not be checked
 */
/** @typedef {{ ok: false, where: string, problem: string }} DoesNotHold */

class Problem extends Error {
  /**
   * @param {string} where
   * @param {string} problem
   */
  constructor(where, problem) {
    super(`${where}: ${problem}`);
    this.where = where;
    this.problem = problem;
  }
}

/**
 * @param {unknown} holds
 * @param {string} where
 * @param {string} problem
 * @returns {asserts holds}
 */
function must(holds, where, problem) {
  if (!holds) throw new Problem(where, problem);
}

/**
 * @param {unknown} found
 * @param {unknown} expected
 * @param {string} where
 * @param {string} what
 */
function mustBe(found, expected, where, what) {
  const same = typeof found === 'object' ? stable(found) === stable(expected) : found === expected;
  if (!same) throw new Problem(where, `${what} is ${shown(found)} and should be ${shown(expected)}`);
}

/** @param {unknown} value */
function shown(value) {
  const text = typeof value === 'string' ? `"${value}"` : stable(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/** JSON with sorted members, as RFC 8785 writes it for strings, booleans and whole numbers. @param {Json} value @returns {string} */
function stable(value) {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.keys(value)
      .sort()
      .map((name) => `${JSON.stringify(name)}:${stable(value[name])}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'undefined';
}

/** @param {Uint8Array | string} data */
const sha256 = (data) => createHash('sha256').update(data).digest('hex');

/** @type {readonly Chain[]} */
const chains = ['T', 'X', 'D', 'C', 'J', 'A'];

const layouts = {
  T: layout('type vat total perp perpAbs payload'),
  X: layout('type vat total operator payload'),
  D: layout('origType origNo copyNo channel operator'),
  C: layout('level period firstTicket lastTicket vat total perp perpAbs payload'),
  J: layout('code label operator payload'),
  A: layout('from to vat total perp payload'),
};

/** @param {string} own */
function layout(own) {
  return ['kind', 'est', 'till', 'kid', 'no', 'dt', 'tz', ...own.split(' '), 'first', 'prev'];
}

/** @param {Files} files @param {string} name */
function textOf(files, name) {
  const bytes = files.get(name);
  must(bytes, name, 'is missing');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Problem(name, 'is not UTF-8');
  }
}

/** @param {string} text @param {string} where @returns {Json} */
function json(text, where) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(where, 'is not JSON');
  }
}

/**
 * @param {string} text
 * @param {Chain} chain
 * @param {string} where
 * @returns {Fields}
 */
function fieldsOf(text, chain, where) {
  must(typeof text === 'string', where, 'has no string');
  const parts = text.split(',');
  const names = layouts[chain];
  must(parts.length === names.length && parts[0] === `${chain}1`, where, `the string is no ${chain}1`);
  return Object.fromEntries(names.map((name, index) => [name, parts[index] ?? '']));
}

/**
 * @param {import('node:crypto').KeyObject} key
 * @param {string} text
 * @param {unknown} signature
 */
function signatureHolds(key, text, signature) {
  if (typeof signature !== 'string' || !/^[\w-]{86}$/.test(signature)) return false;
  const bytes = Buffer.from(signature, 'base64url');
  // The last character has four bits to spare: one signature has one spelling.
  if (bytes.toString('base64url') !== signature) return false;
  return verify('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, bytes);
}

/** @param {import('node:crypto').KeyObject} key */
const keyId = (key) => sha256(key.export({ format: 'der', type: 'spki' })).slice(0, 16);

/** @param {string} pem @param {string} where */
function publicKey(pem, where) {
  try {
    const key = createPublicKey(pem);
    must(key.asymmetricKeyDetails?.namedCurve === 'prime256v1', where, 'is no key of P-256');
    return key;
  } catch (error) {
    throw error instanceof Problem ? error : new Problem(where, 'is no public key');
  }
}

// ---- files, manifest, keys ------------------------------------------------------------------------------------------

/** @param {Files} files @returns {Json} */
function checkManifest(files) {
  const text = textOf(files, 'manifest.json');
  const manifest = json(text, 'manifest.json');
  mustBe(manifest?.format, 'portillon-archive-1', 'manifest.json', 'format');
  must(stable(manifest) === text, 'manifest.json', 'is not canonical JSON');
  must(
    Array.isArray(manifest.files) && Array.isArray(manifest.keys),
    'manifest.json',
    'lists no files or keys',
  );
  for (const chain of chains) must(manifest.chains?.[chain], 'manifest.json', `has no chain ${chain}`);
  return manifest;
}

/** @param {Json} manifest */
function readKeys(manifest) {
  /** @type {Checked['keys']} */
  const keys = new Map();
  for (const [order, { kid, pem, sinceEvent }] of manifest.keys.entries()) {
    const where = `manifest.json: key ${kid}`;
    const key = publicKey(pem, where);
    mustBe(kid, keyId(key), where, 'key id');
    keys.set(kid, { key, order, sinceEvent });
  }
  return keys;
}

/** The `A1` that signs the manifest. @param {Files} files @param {Json} manifest @param {Checked['keys']} keys */
function checkArchiveRecord(files, manifest, keys) {
  const where = 'archive-record.json';
  const raw = textOf(files, where);
  const { text, signature } = json(raw, where) ?? {};
  const fields = fieldsOf(text, 'A', where);
  mustBe(raw, `${JSON.stringify({ text, signature })}\n`, where, 'text');
  const known = keys.get(fields.kid ?? '');
  must(known, where, `is signed by key ${fields.kid}, which the manifest does not hold`);
  must(signatureHolds(known.key, text, signature), where, 'the signature does not hold');
  mustBe(fields.payload, sha256(textOf(files, 'manifest.json')), where, 'digest of manifest.json');
  mustBe(fields.est, manifest.est, where, 'establishment');
  mustBe(fields.till, manifest.till, where, 'till');
  mustBe(fields.no, String(manifest.no), where, 'number');
  mustBe(fields.from, manifest.from.replaceAll('-', ''), where, 'first day');
  mustBe(fields.to, manifest.to.replaceAll('-', ''), where, 'day after');
  mustBe(fields.vat, vatText(manifest.vat), where, 'VAT list');
  mustBe(fields.total, String(manifest.total), where, 'total');
  mustBe(fields.perp, String(manifest.perpetualAfter.signed), where, 'perpetual total');
  return { fields, signature };
}

/** @param {Files} files @param {Json} manifest */
function checkFiles(files, manifest) {
  const listed = new Set(['manifest.json', 'archive-record.json']);
  for (const { name, bytes, sha256: digest } of manifest.files) {
    const content = files.get(name);
    must(content, name, 'is missing');
    mustBe(content.length, bytes, name, 'number of bytes');
    mustBe(sha256(content), digest, name, 'digest');
    listed.add(name);
  }
  for (const name of files.keys()) must(listed.has(name), name, 'is not listed in manifest.json');
}

// ---- records --------------------------------------------------------------------------------------------------------

/** @param {Files} files @param {Json} manifest @param {Checked['keys']} keys @returns {Checked} */
function readRecords(files, manifest, keys) {
  const name = 'signed-records.jsonl';
  const text = textOf(files, name);
  must(text === '' || text.endsWith('\n'), name, 'does not end with a line end');
  /** @type {Checked['chains']} */
  const read = { T: [], X: [], D: [], C: [], J: [], A: [] };
  const lines = text.split('\n').slice(0, -1);
  for (const [index, line] of lines.entries()) {
    const where = `${name} line ${index + 1}`;
    const { chain, no, text: string, payload, signature } = json(line, where) ?? {};
    must(chains.includes(chain), where, 'names no chain');
    const ordered = JSON.stringify({ chain, no, text: string, payload, signature });
    must(line === ordered, where, 'is not written as it should be');
    const record = /** @type {SignedRecord} */ ({ chain, no, text: string, payload, signature });
    const at = placeOf(record);
    read[record.chain].push({
      record,
      fields: fieldsOf(record.text, record.chain, at),
      payload: payload === null ? null : json(payload, at),
    });
  }
  const order = lines.map((line) => chains.indexOf(JSON.parse(line).chain));
  must(
    order.every((each, index) => index === 0 || (order[index - 1] ?? 0) <= each),
    name,
    'chains are mixed',
  );
  return { manifest, chains: read, keys };
}

/** @param {{ chain: Chain, no: number }} record */
const placeOf = ({ chain, no }) => `${chain}1 number ${no}`;

/** Numbers, links, digests, signatures. @param {Checked} checked @param {Chain} chain */
function checkChain({ manifest, chains: all, keys }, chain) {
  const { first, last, previousSignature, lastSignature } = manifest.chains[chain];
  let previous = previousSignature;
  let no = first;
  let keyOrder = 0;
  for (const { record, fields, payload } of all[chain]) {
    const where = placeOf(record);
    must(record.no === no, where, `follows number ${no - 1}: number ${no} is missing`);
    mustBe(fields.no, String(no), where, 'number in the string');
    mustBe(fields.prev, previous, where, 'signature of the record before');
    mustBe(fields.first, no === 1 ? 'O' : 'N', where, 'first flag');
    must((previous === '') === (no === 1), where, 'only the first record follows none');
    mustBe(fields.till, manifest.till, where, 'till');
    const known = keys.get(fields.kid ?? '');
    must(known, where, `is signed by key ${fields.kid}, which the manifest does not hold`);
    must(known.order >= keyOrder, where, `is signed by key ${fields.kid}, which was retired`);
    keyOrder = known.order;
    if (chain === 'J') checkKeyOfEvent(no, known, keys, where);
    must(signatureHolds(known.key, record.text, record.signature), where, 'the signature does not hold');
    if (chain === 'D') mustBe(record.payload, null, where, 'payload');
    else mustBe(fields.payload, sha256(record.payload ?? ''), where, 'digest of the payload');
    if (payload !== null && chain !== 'A') checkHead(fields, payload, where);
    previous = record.signature;
    no++;
  }
  mustBe(no - 1, last, `chain ${chain}`, 'last number');
  mustBe(previous, lastSignature, `chain ${chain}`, 'last signature');
}

/**
 * @param {number} no
 * @param {{ order: number, sinceEvent: number }} key
 * @param {Checked['keys']} keys
 * @param {string} where
 */
function checkKeyOfEvent(no, key, keys, where) {
  const next = [...keys.values()].find(({ order }) => order === key.order + 1);
  must(
    no >= key.sinceEvent && (!next || no < next.sinceEvent),
    where,
    'is signed by the key of another time',
  );
}

/** What string and payload both say. @param {Fields} fields @param {Json} payload @param {string} where */
function checkHead(fields, payload, where) {
  mustBe(payload.est, fields.est, where, 'establishment of the payload');
  mustBe(payload.till, fields.till, where, 'till of the payload');
  mustBe(String(payload.no), fields.no, where, 'number of the payload');
  const [date, offset] = [String(payload.dt).slice(0, 19), String(payload.dt).slice(19)];
  mustBe(date.replace(/[-:T]/g, ''), fields.dt, where, 'time of the payload');
  mustBe(offset.replace(':', ''), fields.tz, where, 'offset of the payload');
}

// ---- takings --------------------------------------------------------------------------------------------------------

/** @param {readonly VatRow[]} rows @returns {VatRow[]} */
function groupVat(rows) {
  /** @type {Map<number, VatRow>} */
  const byRate = new Map();
  for (const row of rows) {
    const sum = byRate.get(row.rate) ?? { rate: row.rate, ht: 0, vat: 0, ttc: 0 };
    byRate.set(row.rate, {
      rate: row.rate,
      ht: sum.ht + row.ht,
      vat: sum.vat + row.vat,
      ttc: sum.ttc + row.ttc,
    });
  }
  return [...byRate.values()].sort((a, b) => b.rate - a.rate);
}

/** @param {readonly VatRow[]} rows */
const vatText = (rows) => rows.map(({ rate, ttc }) => `${rate}:${ttc}`).join('|');

/** @param {readonly number[]} amounts */
const sum = (amounts) => amounts.reduce((total, amount) => total + amount, 0);

/** @param {Fields} fields @param {Json} payload @param {string} where */
function checkTaking(fields, payload, where) {
  for (const [index, line] of payload.lines.entries()) {
    for (const amount of [line.ht, line.vat, line.ttc, line.unit])
      must(Number.isSafeInteger(amount), where, `an amount of line ${index + 1} is not a whole number`);
    mustBe(line.ht + line.vat, line.ttc, where, `net and tax of line ${index + 1}`);
  }
  mustBe(payload.vat, groupVat(payload.lines.map(vatOf)), where, 'VAT by rate');
  mustBe(
    sum(payload.lines.map((/** @type {Json} */ line) => line.ttc)),
    payload.total,
    where,
    'sum of the lines',
  );
  mustBe(
    sum(payload.pay.map((/** @type {Json} */ pay) => pay.amount)),
    payload.total,
    where,
    'sum of the payments',
  );
  mustBe(fields.type, payload.type, where, 'type in the string');
  mustBe(fields.total, String(payload.total), where, 'total in the string');
  mustBe(fields.vat, vatText(payload.vat), where, 'VAT list in the string');
  const undoes = payload.type !== 'VENTE';
  must(undoes ? payload.total <= 0 : payload.total >= 0, where, `a ${payload.type} has the wrong sign`);
  must(
    undoes === (payload.ref !== ''),
    where,
    'an original is named where none is due, or none where one is',
  );
}

/** @param {Json} line @returns {VatRow} */
const vatOf = ({ rate, ht, vat, ttc }) => ({ rate, ht, vat, ttc });

/** @param {Checked} checked */
function checkTakings({ manifest, chains: all }) {
  let { signed, absolute, net } = manifest.perpetualBefore;
  for (const { record, fields, payload } of all.T) {
    const where = placeOf(record);
    checkTaking(fields, payload, where);
    signed += payload.total;
    absolute += Math.abs(payload.total);
    net += sum(payload.vat.map((/** @type {VatRow} */ row) => row.ht));
    mustBe(fields.perp, String(signed), where, 'perpetual total');
    mustBe(fields.perpAbs, String(absolute), where, 'perpetual total of absolute values');
    mustBe(payload.perpHt, net, where, 'perpetual net total');
    if (payload.ref !== '') {
      const original = all.T.find((taking) => taking.fields.no === payload.ref);
      const archived = Number(payload.ref) >= manifest.chains.T.first;
      must(!archived || original?.fields.type === 'VENTE', where, `undoes ${payload.ref}, which is no sale`);
      must(Number(payload.ref) < record.no, where, `undoes ${payload.ref}, which came later`);
    }
  }
  mustBe(
    { signed, absolute, net },
    manifest.perpetualAfter,
    'manifest.json',
    'perpetual totals after the period',
  );
  mustBe(
    groupVat(all.T.flatMap(({ payload }) => payload.vat)),
    manifest.vat,
    'manifest.json',
    'VAT of the period',
  );
  mustBe(
    sum(all.T.map(({ payload }) => payload.total)),
    manifest.total,
    'manifest.json',
    'total of the period',
  );
}

/** @param {Checked} checked */
function checkTraining({ chains: all }) {
  for (const { record, fields, payload } of all.X) {
    const where = placeOf(record);
    checkTaking(fields, payload, where);
    mustBe(payload.mark, 'SIMULATION', where, 'mark');
    mustBe(fields.operator, payload.operator, where, 'operator in the string');
    must(payload.operator, where, 'practice has an operator');
  }
}

/** @param {Checked} checked */
function checkDuplicates({ manifest, chains: all }) {
  /** @type {Map<string, number>} */
  const copies = new Map();
  for (const { record, fields } of all.D) {
    const where = placeOf(record);
    const original = `${fields.origType} ${fields.origNo}`;
    const chain = fields.origType === 'T1' ? 'T' : 'X';
    must(fields.origType === `${chain}1`, where, `is a duplicate of a ${fields.origType}`);
    const { first, last } = manifest.chains[chain];
    const originalNo = Number(fields.origNo);
    must(originalNo >= 1 && originalNo <= last, where, `is a duplicate of ${original}, which is not there`);
    // Earlier duplicates of a receipt of an earlier period are in the archive of that period.
    const before = copies.get(original) ?? (originalNo >= first || manifest.chains.D.first === 1 ? 0 : null);
    if (before !== null)
      mustBe(fields.copyNo, String(before + 1), where, `number of the duplicate of ${original}`);
    copies.set(original, Number(fields.copyNo));
  }
}

// ---- closings -------------------------------------------------------------------------------------------------------

/** @param {Fields} fields */
function instant(fields) {
  const { dt = '', tz = '' } = fields;
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(dt) ?? [];
  return Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}${tz.slice(0, 3)}:${tz.slice(3)}`);
}

/** What a closing sums up, from takings or from lower closings. @param {readonly Json[]} parts */
function amountsOf(parts) {
  /** @type {Map<string, number>} */
  const byMeans = new Map();
  for (const { means, amount } of parts.flatMap(({ pay }) => pay))
    byMeans.set(means, (byMeans.get(means) ?? 0) + amount);
  const vat = groupVat(parts.flatMap((part) => part.vat));
  return {
    pay: [...byMeans]
      .map(([means, amount]) => ({ means, amount }))
      .sort((a, b) => (a.means < b.means ? -1 : 1)),
    vat,
    total: sum(parts.map(({ total }) => total)),
    totalHt: sum(vat.map(({ ht }) => ht)),
  };
}

/** @param {Json} closing @param {Json} expected @param {string} where */
function checkSums(closing, expected, where) {
  for (const [name, value] of Object.entries(expected)) mustBe(closing[name], value, where, name);
}

/** @param {Checked} checked @param {string[]} notes */
function checkClosings({ manifest, chains: all }, notes) {
  const takings = all.T.map((taking) => ({ ...taking, atMs: instant(taking.fields) }));
  const duplicates = all.D.map(({ fields }) => instant(fields));
  const practice = all.X.map(({ fields }) => instant(fields));
  /** @type {Json[]} */
  const days = [];
  /** @type {Json[]} */
  const months = [];
  let closedTakings = 0;
  for (const { record, fields, payload } of all.C) {
    const where = placeOf(record);
    const fromMs = Date.parse(payload.from);
    const toMs = Date.parse(payload.to);
    must(fromMs < toMs, where, 'its period has no length');
    mustBe(fields.level, payload.level, where, 'level in the string');
    mustBe(fields.period, payload.period.replaceAll('-', ''), where, 'period in the string');
    mustBe(fields.firstTicket, String(payload.tickets.first), where, 'first taking in the string');
    mustBe(fields.lastTicket, String(payload.tickets.last), where, 'last taking in the string');
    mustBe(fields.vat, vatText(payload.vat), where, 'VAT list in the string');
    mustBe(fields.total, String(payload.total), where, 'total in the string');
    mustBe(fields.perp, String(payload.perpSigned), where, 'perpetual total in the string');
    mustBe(
      fields.perpAbs,
      String(payload.perpAbs),
      where,
      'perpetual total of absolute values in the string',
    );
    must(instant(fields) >= toMs, where, 'was written before its period was over');
    mustBe(
      payload.from.slice(0, payload.period.length) <= payload.period,
      true,
      where,
      'beginning before the period',
    );
    checkPerpetual(payload, takings.filter(({ atMs }) => atMs < toMs).at(-1), manifest, where);
    if (payload.level === 'J') {
      const before = days.at(-1);
      if (before) mustBe(fromMs, Date.parse(before.to), where, 'beginning (end of the day before)');
      const inside = (/** @type {number} */ ms) => ms >= fromMs && ms < toMs;
      const parts = takings.filter(({ atMs }) => inside(atMs));
      closedTakings += parts.length;
      checkSums(
        payload,
        {
          ...dayOf(parts),
          copies: duplicates.filter(inside).length,
          training: practice.filter(inside).length,
          closings: [],
        },
        where,
      );
      days.push({ ...payload, fromMs, toMs });
    } else {
      const lower = payload.level === 'M' ? days : months;
      const parts = lower.filter((part) => part.fromMs >= fromMs && part.toMs <= toMs);
      const firstArchived = Math.min(...parts.map(({ no }) => no), record.no);
      if (payload.closings.some((/** @type {number} */ no) => no < firstArchived)) {
        notes.push(`${where}: sums up closings of an earlier archive, so that its sums were not made again`);
      } else {
        mustBe(
          payload.closings,
          parts.map(({ no }) => no),
          where,
          'closings summed up',
        );
        checkSums(payload, periodOf(parts), where);
      }
      if (payload.level === 'M') months.push({ ...payload, fromMs, toMs });
    }
  }
  mustBe(closedTakings, takings.length, 'closings', 'number of takings in closed days');
  checkCalendar(
    all.C.map(({ record, payload }) => ({ where: placeOf(record), ...payload })),
    manifest,
  );
}

/** Each day once, months after their last day, years after their last month. @param {readonly Json[]} closings @param {Json} manifest */
function checkCalendar(closings, manifest) {
  const days = closings.filter(({ level }) => level === 'J');
  for (const [index, day] of days.entries()) {
    const before = days[index - 1];
    if (before) mustBe(day.period, nextDay(before.period), day.where, 'day');
  }
  const last = days.at(-1);
  must(
    last || manifest.chains.T.last < manifest.chains.T.first,
    'closings',
    'no day of the period is closed',
  );
  if (last) mustBe(nextDay(last.period), manifest.to, last.where, 'day after the last closed one');
  if (days[0]) must(days[0].period >= manifest.from, days[0].where, 'is of a day before the period');
  /** @type {{ level: string, period: string }[]} */
  const expected = [];
  for (const { period } of days) {
    const next = nextDay(period);
    expected.push({ level: 'J', period });
    if (next.slice(0, 7) !== period.slice(0, 7)) expected.push({ level: 'M', period: period.slice(0, 7) });
    if (next.slice(0, 4) !== period.slice(0, 4)) expected.push({ level: 'A', period: period.slice(0, 4) });
  }
  for (const [index, { level, period }] of expected.entries())
    mustBe(
      { level: closings[index]?.level, period: closings[index]?.period },
      { level, period },
      closings[index]?.where ?? 'closings',
      'period closed here',
    );
  mustBe(closings.length, expected.length, 'closings', 'number of closings');
}

/** @param {string} date */
const nextDay = (date) => new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

/** @param {readonly { payload: Json }[]} takings */
function dayOf(takings) {
  const payloads = takings.map(({ payload }) => payload);
  const count = (/** @type {string} */ type) => payloads.filter((payload) => payload.type === type).length;
  return {
    tickets: {
      first: payloads[0]?.no ?? 0,
      last: payloads.at(-1)?.no ?? 0,
      sales: count('VENTE'),
      refunds: count('AVOIR'),
      cancelled: count('ANNUL'),
    },
    ...amountsOf(payloads),
  };
}

/** @param {readonly Json[]} closings */
function periodOf(closings) {
  const withTakings = closings.filter(({ tickets }) => tickets.first > 0);
  const total = (/** @type {(closing: Json) => number} */ read) => sum(closings.map(read));
  return {
    tickets: {
      first: withTakings[0]?.tickets.first ?? 0,
      last: withTakings.at(-1)?.tickets.last ?? 0,
      sales: total(({ tickets }) => tickets.sales),
      refunds: total(({ tickets }) => tickets.refunds),
      cancelled: total(({ tickets }) => tickets.cancelled),
    },
    copies: total(({ copies }) => copies),
    training: total(({ training }) => training),
    ...amountsOf(closings),
  };
}

/** @param {Json} closing @param {{ record: SignedRecord, fields: Fields, payload: Json } | undefined} lastTaking @param {Json} manifest @param {string} where */
function checkPerpetual(closing, lastTaking, manifest, where) {
  const before = manifest.perpetualBefore;
  mustBe(
    closing.perpSigned,
    lastTaking ? Number(lastTaking.fields.perp) : before.signed,
    where,
    'perpetual total',
  );
  mustBe(
    closing.perpAbs,
    lastTaking ? Number(lastTaking.fields.perpAbs) : before.absolute,
    where,
    'perpetual total of absolute values',
  );
  mustBe(closing.perpHt, lastTaking ? lastTaking.payload.perpHt : before.net, where, 'perpetual net total');
  mustBe(
    closing.lastSig,
    lastTaking?.record.signature ?? manifest.chains.T.previousSignature,
    where,
    'signature of the last taking',
  );
}

/** @param {Checked} checked */
function checkEvents({ chains: all }) {
  for (const { record, fields, payload } of all.J) {
    mustBe(fields.code, payload.code, placeOf(record), 'code in the string');
    mustBe(fields.operator, payload.operator, placeOf(record), 'operator in the string');
  }
}

// ---- trust ----------------------------------------------------------------------------------------------------------

/**
 * Pairs of keys that vouched for each other: the event of the change is signed by the old key, which names the new one, and
 * then by the new key, which follows.
 * @param {Files} files
 * @param {Checked['keys']} keys
 * @returns {string[][]}
 */
function tiedKeys(files, keys) {
  const name = 'key-changes.jsonl';
  const events = textOf(files, name)
    .split('\n')
    .slice(0, -1)
    .map((line, index) => {
      const where = `${name} line ${index + 1}`;
      const { text, payload, signature } = json(line, where) ?? {};
      const fields = fieldsOf(text, 'J', where);
      const known = keys.get(fields.kid ?? '');
      must(known, where, `is signed by key ${fields.kid}, which the manifest does not hold`);
      must(signatureHolds(known.key, text, signature), where, 'the signature does not hold');
      mustBe(fields.payload, sha256(String(payload)), where, 'digest of the payload');
      const { code, detail } = json(payload, where) ?? {};
      mustBe(code, 'P10', where, 'code');
      return { where, fields, signature, detail };
    });
  must(events.length % 2 === 0, name, 'a change of key is not confirmed by the new key');
  return events.flatMap((byOld, index) => {
    const byNew = events[index + 1];
    if (index % 2 === 1 || !byNew) return [];
    mustBe(byOld.fields.kid, byOld.detail.kid, byOld.where, 'key');
    mustBe(byNew.fields.kid, byOld.detail.nextKid, byNew.where, 'key');
    mustBe(byNew.detail, byOld.detail, byNew.where, 'detail');
    mustBe(byNew.fields.prev, byOld.signature, byNew.where, 'signature of the record before');
    return [[String(byOld.detail.kid), String(byOld.detail.nextKid)]];
  });
}

/**
 * Every key that signed must be the given one, or be tied to it.
 * @param {Checked} checked
 * @param {readonly string[][]} ties
 * @param {string} kidOfArchive
 * @param {string} given
 * @param {string[]} notes
 */
function checkTrust({ chains: all, keys }, ties, kidOfArchive, given, notes) {
  const trusted = new Set([given]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const tie of ties)
      if (tie.some((kid) => trusted.has(kid)) && !tie.every((kid) => trusted.has(kid))) {
        for (const kid of tie) trusted.add(kid);
        grown = true;
      }
  }
  for (const chain of chains)
    for (const { record, fields } of all[chain])
      must(
        trusted.has(fields.kid ?? ''),
        placeOf(record),
        `is signed by key ${fields.kid}, not by the key given`,
      );
  must(
    trusted.has(kidOfArchive),
    'archive-record.json',
    `is signed by key ${kidOfArchive}, not by the key given`,
  );
  if (!keys.has(given)) notes.push('the key given signed nothing in this archive');
}

/** @param {Checked} checked @param {Json} anchor @param {{ no: number, signature: string }} archive @param {string[]} notes */
function checkAnchor({ manifest, chains: all }, anchor, archive, notes) {
  const heads = Array.isArray(anchor) ? anchor : anchor?.heads;
  must(Array.isArray(heads), 'anchor', 'is no list of heads');
  for (const { chain, no, signature } of /** @type {Head[]} */ (heads)) {
    const range = manifest.chains[chain];
    must(range, 'anchor', `names no chain: ${chain}`);
    const isOwn = chain === 'A' && no === archive.no;
    const last = chain === 'A' ? archive.no : range.last;
    must(
      no <= last,
      `chain ${chain}`,
      `ends at number ${last}, but number ${no} was noted: the end was cut off, or this is an older copy`,
    );
    const here = isOwn
      ? archive.signature
      : no === range.first - 1
        ? range.previousSignature
        : all[chain].find(({ record }) => record.no === no)?.record.signature;
    if (here === undefined) notes.push(`${chain}1 number ${no} of the anchor lies before this archive`);
    else mustBe(here, signature, placeOf({ chain, no }), 'signature (noted elsewhere)');
  }
}

// ---- registrations of a tax authority (Spain, VERI*FACTU) -------------------------------------------------------------

/** @param {number} amount cents */
const decimal = (amount) => `${amount < 0 ? '-' : ''}${(Math.abs(amount) / 100).toFixed(2)}`;

/** `22-11-2026` @param {Json} taking */
const spanishDate = (taking) => taking.dt.slice(0, 10).split('-').reverse().join('-');

/**
 * `registrations.csv`, where there is one: a chain of huellas, and each registration what its taking says.
 * @param {Files} files @param {Checked} checked @param {string[]} notes
 */
function checkRegistrations(files, { chains: all }, notes) {
  const name = 'registrations.csv';
  if (!files.has(name)) return;
  const [header, ...rows] = textOf(files, name).split('\n').slice(0, -1);
  mustBe(header, 'no;taking_no;kind;text;previous;digest', name, 'header');
  const takings = new Map(all.T.map(({ payload }) => [payload.no, payload]));
  let series = '';
  let before = { no: 0, taking: 0, digest: '' };
  for (const [index, row] of rows.entries()) {
    const where = `${name} row ${index + 1}`;
    const cells = row.split(';');
    must(cells.length === 6, where, 'has not six cells');
    const [no, taking] = [Number(cells[0]), Number(cells[1])];
    const [kind = '', text = '', previous = '', digest = ''] = cells.slice(2);
    if (index > 0) {
      mustBe(no, before.no + 1, where, 'number');
      mustBe(taking, before.taking + 1, where, 'taking');
      mustBe(previous, before.digest, where, 'huella before');
    } else mustBe(previous === '', no === 1, where, 'only the first registration follows none');
    mustBe(digest, sha256(text).toUpperCase(), where, 'huella');
    const payload = takings.get(taking);
    must(payload, where, `registers taking ${taking}, which is not here`);
    const written = Object.fromEntries(text.split('&').map((part) => part.split(/=(.*)/s).slice(0, 2)));
    const voided = kind === 'anulacion' ? 'Anulada' : '';
    const invoice = kind === 'anulacion' ? payload.ref : String(taking);
    const number = written[`NumSerieFactura${voided}`] ?? '';
    must(number.endsWith(invoice), where, `names invoice ${number} and belongs to number ${invoice}`);
    const own = number.slice(0, number.length - invoice.length);
    must(index === 0 || own === series, where, `is of series ${own} and those before it of ${series}`);
    series = own;
    mustBe(kind, payload.type === 'ANNUL' ? 'anulacion' : 'alta', where, 'kind');
    const nif = written[`IDEmisorFactura${voided}`] ?? '';
    const original = kind === 'anulacion' ? takings.get(Number(payload.ref)) : payload;
    // The voided sale may stand in an archive of another period.
    const date = original ? spanishDate(original) : written[`FechaExpedicionFactura${voided}`];
    const tax = sum(payload.vat.map((/** @type {VatRow} */ line) => line.vat));
    const end = `Huella=${previous}&FechaHoraHusoGenRegistro=${payload.dt}`;
    const expected =
      kind === 'anulacion'
        ? `IDEmisorFacturaAnulada=${nif}&NumSerieFacturaAnulada=${number}&FechaExpedicionFacturaAnulada=${date}&${end}`
        : `IDEmisorFactura=${nif}&NumSerieFactura=${number}&FechaExpedicionFactura=${date}&TipoFactura=${payload.type === 'AVOIR' ? 'R5' : 'F2'}&CuotaTotal=${decimal(tax)}&ImporteTotal=${decimal(payload.total)}&${end}`;
    mustBe(text, expected, where, 'text');
    before = { no, taking, digest };
  }
  const last = all.T.at(-1)?.payload.no ?? 0;
  must(before.taking === last, `T1 number ${before.taking + 1}`, 'has no registration');
  notes.push(
    `${rows.length} registrations of Spain hold; that they were sent to the AEAT is not part of this`,
  );
}

// ---- tables ---------------------------------------------------------------------------------------------------------

/** @param {readonly (readonly (string | number)[])[]} rows @param {string} header */
function csv(header, rows) {
  const cell = (/** @type {string | number} */ value) => {
    const text = String(value);
    return /[;"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${[header, ...rows.map((row) => row.map(cell).join(';'))].join('\n')}\n`;
}

/** The tables as the payloads make them. @param {Checked} checked @returns {Record<string, string>} */
function tablesOf({ chains: all }) {
  const tickets = [...all.T, ...all.X].map(({ record, fields, payload }) => ({
    kind: `${record.chain}1`,
    record,
    fields,
    payload,
  }));
  /** @param {(ticket: typeof tickets[number]) => readonly (readonly (string | number)[])[]} rows */
  const each = (rows) => tickets.flatMap(rows);
  return {
    'tickets.csv': csv(
      'kind;no;dt;type;ref;total;total_ht;perp;perp_abs;perp_ht;customer;version;perimeter;mark;operator;kid;signature',
      each(({ kind, record, fields, payload: p }) => [
        [
          kind,
          p.no,
          p.dt,
          p.type,
          p.ref,
          p.total,
          sum(p.vat.map((/** @type {VatRow} */ row) => row.ht)),
          fields.perp ?? '',
          fields.perpAbs ?? '',
          p.perpHt ?? '',
          p.customer,
          p.software.version,
          p.software.perimeter,
          p.mark ?? '',
          p.operator ?? '',
          fields.kid ?? '',
          record.signature,
        ],
      ]),
    ),
    'lines.csv': csv(
      'kind;no;line;code;label;qty;unit;rate;ht;vat;ttc;discount;period',
      each(({ kind, payload: p }) =>
        p.lines.map((/** @type {Json} */ l, /** @type {number} */ index) => [
          kind,
          p.no,
          index + 1,
          l.code,
          l.label,
          l.qty,
          l.unit,
          l.rate,
          l.ht,
          l.vat,
          l.ttc,
          l.discount,
          l.period,
        ]),
      ),
    ),
    'payments.csv': csv(
      'kind;no;payment;means;amount;terminal;acquirer;pan;auth;umr',
      each(({ kind, payload: p }) =>
        p.pay.map((/** @type {Json} */ y, /** @type {number} */ index) => [
          kind,
          p.no,
          index + 1,
          y.means,
          y.amount,
          y.terminal,
          y.acquirer,
          y.pan,
          y.auth,
          y.umr,
        ]),
      ),
    ),
    'vat.csv': csv(
      'kind;no;rate;ht;vat;ttc',
      each(({ kind, payload: p }) =>
        p.vat.map((/** @type {VatRow} */ row) => [kind, p.no, row.rate, row.ht, row.vat, row.ttc]),
      ),
    ),
    'duplicates.csv': csv(
      'no;dt;tz;orig_type;orig_no;copy_no;channel;operator;kid;signature',
      all.D.map(({ record, fields: f }) => [
        ...['no', 'dt', 'tz', 'origType', 'origNo', 'copyNo', 'channel', 'operator', 'kid'].map(
          (name) => f[name] ?? '',
        ),
        record.signature,
      ]),
    ),
    'closings.csv': csv(
      'no;dt;level;period;from;to;first;last;sales;refunds;cancelled;copies;training;vat;pay;total;total_ht;perp;perp_abs;perp_ht;last_signature;closings;kid;signature',
      all.C.map(({ record, fields, payload: p }) => [
        ...[
          p.no,
          p.dt,
          p.level,
          p.period,
          p.from,
          p.to,
          p.tickets.first,
          p.tickets.last,
          p.tickets.sales,
          p.tickets.refunds,
          p.tickets.cancelled,
          p.copies,
          p.training,
          vatText(p.vat),
        ],
        p.pay.map((/** @type {Json} */ y) => `${y.means}:${y.amount}`).join('|'),
        ...[
          p.total,
          p.totalHt,
          p.perpSigned,
          p.perpAbs,
          p.perpHt,
          p.lastSig,
          p.closings.join('|'),
          fields.kid ?? '',
          record.signature,
        ],
      ]),
    ),
    'events.csv': csv(
      'no;dt;code;label;operator;detail;kid;signature',
      all.J.map(({ record, fields, payload: p }) => [
        p.no,
        p.dt,
        p.code,
        fields.label ?? '',
        p.operator,
        stable(p.detail),
        fields.kid ?? '',
        record.signature,
      ]),
    ),
  };
}

/** @param {Files} files @param {Checked} checked */
function checkTables(files, checked) {
  for (const [name, expected] of Object.entries(tablesOf(checked))) {
    const found = textOf(files, name);
    if (found === expected) continue;
    const [here, there] = [found.split('\n'), expected.split('\n')];
    const line = there.findIndex((each, index) => each !== here[index]);
    throw new Problem(
      `${name} line ${(line < 0 ? there.length : line) + 1}`,
      'does not say what the signed records say',
    );
  }
}

// ---- the whole ------------------------------------------------------------------------------------------------------

/**
 * Checks files that are in memory.
 * @param {Files} files
 * @param {{ key?: string, anchor?: unknown }} [options] `key`: PEM of a public key that is trusted; `anchor`: heads that were noted elsewhere
 * @returns {Holds | DoesNotHold}
 */
export function verifyFiles(files, options = {}) {
  /** @type {string[]} */
  const notes = [];
  try {
    const manifest = checkManifest(files);
    const keys = readKeys(manifest);
    const own = checkArchiveRecord(files, manifest, keys);
    checkFiles(files, manifest);
    const checked = readRecords(files, manifest, keys);
    for (const chain of chains) checkChain(checked, chain);
    mustBe(
      own.fields.prev,
      manifest.chains.A.lastSignature,
      'archive-record.json',
      'signature of the archive before',
    );
    checkTakings(checked);
    checkTraining(checked);
    checkDuplicates(checked);
    checkClosings(checked, notes);
    checkEvents(checked);
    checkTables(files, checked);
    checkRegistrations(files, checked, notes);
    const ties = tiedKeys(files, keys);
    if (options.key)
      checkTrust(checked, ties, own.fields.kid ?? '', keyId(publicKey(options.key, 'the key given')), notes);
    else notes.push('no key was given: the archive holds with the key that it brings along, whoever made it');
    if (options.anchor)
      checkAnchor(checked, options.anchor, { no: manifest.no, signature: own.signature }, notes);
    else notes.push('no anchor was given: whether the end was cut off cannot be told');
    return {
      ok: true,
      counts: /** @type {Record<Chain, number>} */ (
        Object.fromEntries(chains.map((chain) => [chain, checked.chains[chain].length]))
      ),
      period: `${manifest.from} to ${manifest.to}`,
      total: manifest.total,
      perpetual: manifest.perpetualAfter,
      notes,
    };
  } catch (error) {
    if (error instanceof Problem) return { ok: false, where: error.where, problem: error.problem };
    // A value of another shape than the format has: the archive was not written by the program that it names.
    return {
      ok: false,
      where: 'the archive',
      problem: `cannot be read: ${error instanceof Error ? error.message : error}`,
    };
  }
}

/**
 * Checks a folder.
 * @param {string} folder
 * @param {{ key?: string, anchor?: unknown }} [options]
 * @returns {Holds | DoesNotHold}
 */
export function verifyArchive(folder, options = {}) {
  /** @type {Files} */
  const files = new Map();
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      // A copy of this program may lie beside the files.
      if (entry.name !== 'verify-journal.mjs') files.set(entry.name, readFileSync(join(folder, entry.name)));
    }
  } catch (error) {
    return { ok: false, where: folder, problem: error instanceof Error ? error.message : String(error) };
  }
  return verifyFiles(files, options);
}

const kindWords = {
  T: 'takings (T1)',
  X: 'practice (X1)',
  D: 'duplicates (D1)',
  C: 'closings (C1)',
  J: 'events (J1)',
  A: 'earlier archives (A1)',
};

/** @param {number} amountCents */
const money = (amountCents) => (amountCents / 100).toFixed(2);

/** @param {Holds} result */
function report(result) {
  return [
    `The archive holds. Period ${result.period} (the last day is outside).`,
    ...chains.map((chain) => `  ${String(result.counts[chain]).padStart(7)} ${kindWords[chain]}`),
    `  total of the period ${money(result.total)}, perpetual ${money(result.perpetual.signed)} (absolute ${money(result.perpetual.absolute)}, net ${money(result.perpetual.net)})`,
    '  Numbers, chains, signatures, totals, closings and tables agree.',
    ...result.notes.map((note) => `  Note: ${note}.`),
    '',
  ].join('\n');
}

/** @param {readonly string[]} args */
function main(args) {
  const value = (/** @type {string} */ name) => {
    const index = args.indexOf(name);
    return index < 0 ? undefined : args[index + 1];
  };
  const valued = ['--key', '--anchor'];
  const [folder] = args.filter(
    (arg, index) => !arg.startsWith('--') && !valued.includes(args[index - 1] ?? ''),
  );
  if (!folder) {
    process.stderr.write(
      'node verify-journal.mjs ARCHIVE [--key public.pem] [--anchor anchor.json] [--json]\n',
    );
    return 2;
  }
  const key = value('--key');
  const anchor = value('--anchor');
  /** @type {{ key?: string, anchor?: unknown }} */
  const options = {};
  try {
    if (key) options.key = readFileSync(key, 'utf8');
    if (anchor) options.anchor = JSON.parse(readFileSync(anchor, 'utf8'));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return 2;
  }
  const result = verifyArchive(folder, options);
  if (args.includes('--json')) process.stdout.write(`${JSON.stringify(result)}\n`);
  else if (result.ok) process.stdout.write(report(result));
  else process.stdout.write(`The archive does not hold.\n  ${result.where}: ${result.problem}\n`);
  return result.ok ? 0 : 1;
}

// Started by name, also through a link; not when a test imports it.
if (process.argv[1] && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url)))
  process.exitCode = main(process.argv.slice(2));
