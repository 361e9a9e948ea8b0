import type { Clock } from '@portillon/core/base/clock.ts';
import type { ReadMapping } from '../adapter-mapping.ts';
import { askWithin } from '../ask-within.ts';
import { HttpAdapter } from '../http-adapter.ts';
import { filledPath } from '../mapped-fields.ts';
import { type OutgoingKind, type OutgoingMessage, outgoingKinds } from '../member-base-adapter.ts';
import type { AdapterUnderTest } from './adapter-check.ts';
import { DisturbingProxy } from './disturbing-proxy.ts';

/** Slow is slow enough after this. */
const checkLimitMs = 3_000;

/** The HTTP adapter with a mapping file, before a real system with a disturbing proxy between them. */
export async function httpUnderTest(read: ReadMapping, clock: Clock): Promise<AdapterUnderTest> {
  const { check } = read.mapping;
  if (!check)
    throw new Error('the mapping file has no part "check": it says the club and the plan to check with');
  const proxy = new DisturbingProxy(read.mapping.baseUrl);
  const baseUrl = await proxy.start();
  const answerLimitMs = Math.min(read.mapping.answerLimitMs, checkLimitMs);
  const adapter = new HttpAdapter({ ...read, mapping: { ...read.mapping, baseUrl, answerLimitMs } }, clock);
  const never = new AbortController().signal;
  const ask = async (method: string, template: string, message: OutgoingMessage, body: object | null) => {
    const path = filledPath(template, message);
    if (path === null) throw new Error(`check: the path ${template} has a part that the record lacks`);
    return askWithin(
      {
        url: read.mapping.baseUrl.replace(/\/$/, '') + path,
        method,
        headers: read.auth ? { [read.auth.header]: read.auth.value } : {},
        body: body === null ? null : JSON.stringify(body),
      },
      { answerMs: read.mapping.answerLimitMs, answerBytes: read.mapping.answerLimitBytes },
      clock,
      never,
    );
  };
  const kindsIn = (part: Partial<Record<OutgoingKind, unknown>>) =>
    outgoingKinds.filter((kind) => part[kind] !== undefined && adapter.takes.includes(kind));
  return {
    adapter,
    clubId: check.clubId,
    planId: check.planId,
    canRead: kindsIn(check.held),
    canChange: kindsIn(check.change),
    async held(message) {
      const asked = await ask('GET', check.held[message.kind] ?? '/', message, null);
      if ('problem' in asked) throw new Error(`check.held: ${asked.problem}`);
      if (asked.status === 404) return null;
      if (asked.status !== 200) throw new Error(`check.held: HTTP ${asked.status}`);
      return without(JSON.parse(asked.text), check.ignore);
    },
    async changeThere(message) {
      const change = check.change[message.kind];
      if (!change) return;
      const asked = await ask(change.method, change.path, message, change.body);
      if ('problem' in asked || asked.status > 299) {
        throw new Error(`check.change: ${'problem' in asked ? asked.problem : `HTTP ${asked.status}`}`);
      }
    },
    async disturb(disturbance) {
      proxy.disturbance = disturbance;
    },
    async close() {
      await adapter.close();
      await proxy.stop();
    },
  };
}

/** A copy without these fields. */
function without(value: unknown, paths: readonly string[], at = ''): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, each]) => [at === '' ? key : `${at}.${key}`, key, each] as const)
      .filter(([path]) => !paths.includes(path))
      .map(([path, key, each]) => [key, without(each, paths, path)]),
  );
}
