import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@portillon/core/base/ids.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type OtherMemberBase,
  otherBaseMappingFile,
  startOtherMemberBase,
} from '../test/other-member-base.ts';
import { adapterMappingSchema, readAdapterMapping } from './adapter-mapping.ts';
import type { AdapterUnderTest } from './check/adapter-check.ts';
import { adapterChecks } from './check/adapter-contract.ts';
import { httpUnderTest } from './check/http-under-test.ts';
import { reportChecks } from './check/report-checks.ts';
import { sampleMessage } from './check/sample-messages.ts';
import { HttpAdapter } from './http-adapter.ts';
import { loadAdapter } from './load-adapter.ts';
import type { MemberBaseAdapter, OutgoingMessage } from './member-base-adapter.ts';

const context = { clock: systemClock, random: systemRandom };
let other: OtherMemberBase;
let under: AdapterUnderTest;

beforeAll(async () => {
  other = await startOtherMemberBase();
  // Each kind that they tell by themselves.
  const week = { mo: [['6:30', '22:00']], tu: [{ from: '06:30:00', to: '00:00' }], su: null };
  await other.atDesk(`sites/${newId(systemClock, systemRandom)}`, {
    open: week,
    room: 120,
    full: 'TELL',
    lateDays: null,
    shut: [{ from: '2026-12-25', to: '2026-12-25' }],
  });
  under = await httpUnderTest(
    { ...other.read, mapping: { ...other.read.mapping, answerLimitMs: 1_000 } },
    systemClock,
  );
});

afterAll(async () => {
  await under?.close();
  await other?.stop();
});

describe('the HTTP adapter, before a member base in another process', () => {
  it.each(adapterChecks.map(({ title, run }) => [title, run] as const))('%s', async (_, run) => {
    expect(await run(under, context)).toBeNull();
  });
});

it('finds what does not hold in an adapter that keeps none of it', async () => {
  const kept: OutgoingMessage[] = [];
  const careless: MemberBaseAdapter = {
    name: 'careless',
    takes: ['membership', 'sale'],
    answerLimitMs: 100,
    changes: null,
    async deliver(message) {
      kept.push(message);
      return { is: 'taken', theirId: String(kept.length), revision: null };
    },
    close: async () => undefined,
  };
  const lines: string[] = [];
  const code = await reportChecks(
    {
      adapter: careless,
      clubId: 'club',
      planId: 'plan',
      canRead: ['membership', 'sale'],
      canChange: ['membership', 'sale'],
      held: async ({ record }) =>
        kept.filter((one) => 'id' in one.record && 'id' in record && one.record.id === record.id).at(-1) ??
        null,
      changeThere: async (message) => {
        kept.push({ ...message, version: 99 });
      },
      disturb: async () => undefined,
      close: async () => undefined,
    },
    context,
    (line) => lines.push(line),
  );
  expect(code).toBe(3);
  const wrong = lines
    .filter((line) => line.startsWith('DOES NOT HOLD'))
    .map((line) => line.match(/\[(AD\d)\] /)?.[1]);
  expect(new Set(wrong)).toEqual(new Set(['AD2', 'AD3', 'AD4', 'AD5', 'AD6', 'AD8']));
  expect(lines.find((line) => line.includes('[AD7]'))).toMatch(/^not checked/);
});

it('[AD16] takes an adapter of one’s own from a module, and says what it lacks', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portillon own adapter '));
  const file = join(folder, 'own.mjs');
  await writeFile(
    file,
    `export const memberBaseAdapter = async () => ({ name: 'own', takes: ['passage'], answerLimitMs: 5, changes: null,
       deliver: async () => ({ is: 'taken', theirId: null, revision: null }), close: async () => undefined });`,
  );
  expect(await loadAdapter(file, {}, systemClock)).toMatchObject({ name: 'own', takes: ['passage'] });
  for (const [index, [text, flaw]] of (
    [
      ['export const other = 1', /exports no function memberBaseAdapter/],
      ['export const memberBaseAdapter = () => null', /resolves with no adapter/],
      ["export const memberBaseAdapter = () => ({ name: 'x y' })", /name: small letters/],
      [
        "export const memberBaseAdapter = () => ({ name: 'own', takes: ['photos'] })",
        /takes: a list of member/,
      ],
    ] as const
  ).entries()) {
    const bad = join(folder, `bad-${index}.mjs`);
    await writeFile(bad, text);
    await expect(loadAdapter(bad, {}, systemClock)).rejects.toThrow(flaw);
  }
  const mapping = loadAdapter(otherBaseMappingFile, { OTHER_BASE_KEY: 'k' }, systemClock);
  expect((await mapping).name).toBe('other-base');
  await rm(folder, { recursive: true });
});

it('[AD13] tells what is wrong with a mapping file with its place, and takes no secret that lies open', async () => {
  const { auth: _, ...good } = other.read.mapping;
  const issuesOf = (bent: object) =>
    adapterMappingSchema
      .safeParse({ ...good, ...bent })
      .error?.issues.map(({ path, message }) => [path.join('.'), message]);
  expect(issuesOf({})).toBeUndefined();
  expect(issuesOf({ baseUrl: 'http://members.example.com' })?.[0]?.[0]).toBe('baseUrl');
  expect(issuesOf({ tables: {} })).toEqual([['send.membership.fields.state', 'there is no table states']]);
  expect(issuesOf({ surprise: 1 })?.[0]?.[1]).toMatch(/surprise/);
  await expect(readAdapterMapping(otherBaseMappingFile, {})).rejects.toThrow(
    /auth.secretFrom: the environment variable OTHER_BASE_KEY is not set/,
  );
  const read = await readAdapterMapping(otherBaseMappingFile, { OTHER_BASE_KEY: 'k' });
  expect(read.auth).toEqual({ header: 'x-api-key', value: 'k' });

  const folder = await mkdtemp(join(tmpdir(), 'portillon mapping '));
  const file = join(folder, 'mapping.json');
  await writeFile(file, JSON.stringify({ ...good, auth: { secretFile: 'key' } }));
  await expect(readAdapterMapping(file, {})).rejects.toThrow(/auth.secretFile: there is no such file/);
  await writeFile(join(folder, 'key'), 'from-file\n', { mode: 0o644 });
  await expect(readAdapterMapping(file, {})).rejects.toThrow(/may be read by others/);
  await chmod(join(folder, 'key'), 0o600);
  expect((await readAdapterMapping(file, {})).auth).toEqual({
    header: 'authorization',
    value: 'Bearer from-file',
  });
  await rm(folder, { recursive: true });

  // Nothing is asked of the other side for a value that no table knows.
  const adapter = new HttpAdapter(
    { mapping: { ...other.read.mapping, tables: { states: {}, back: {} } }, auth: null },
    systemClock,
  );
  const message = sampleMessage.fresh('membership', newId(systemClock, systemRandom), under, context);
  expect(await adapter.deliver(message)).toEqual({
    is: 'refused',
    problem: 'the table states does not know active, which record.status says',
  });
  await adapter.close();
});
